// What an answer means for an entry of the outbox, and which entry goes next.

/** kept, refused, signed out — or unknown, which is everything that isn't acknowledged. */
export function outcomeOf(answer, id) {
  if (answer && answer.operation === id) return answer.outcome === "refused" || answer.status >= 400 ? "refused" : "kept";
  if (answer?.status === 401 || answer?.status === 403) return "signed out";
  return "unknown";
}

/** The next entry that may go: the first waiting one whose lane nothing earlier holds up. One that
    corrects another goes in its place. */
export function nextOf(entries) {
  const held = new Set();
  const corrections = new Map(entries.filter(({ replaces }) => replaces).map((entry) => [entry.replaces, entry]));
  for (const listed of entries) {
    const entry = corrections.get(listed.id) ?? listed;
    if (entry.state === "waiting" && !held.has(entry.lane)) return entry;
    held.add(entry.lane);
  }
  return undefined;
}

export const MOST_TRIES = 5;

/** What becomes of an entry that wasn't acknowledged although there is signal. */
export function afterFailure(entry) {
  const tries = (entry.tries ?? 0) + 1;
  return tries < MOST_TRIES ? { tries } : { tries, state: "stuck", problem: "It didn’t go through five times. Try again, or withdraw it." };
}

/** What the line at the top says. */
export function lineFor({ waiting = 0, needsYou = 0, lostAt = null, signedOut = false }, write = (date) => date.toTimeString().slice(0, 5)) {
  if (needsYou) return `${needsYou} need${needsYou === 1 ? "s" : ""} you`;
  if (lostAt) return `No signal since ${write(lostAt)}${waiting ? `, ${waiting} kept here` : ", all kept here"}`;
  if (waiting && signedOut) return `Sign in to send ${waiting}`;
  return waiting ? `${waiting} waiting to send` : "Up to date";
}

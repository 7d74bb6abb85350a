// What waits on this phone, in IndexedDB: written to the disk before anything is sent. An entry is
// one write with all its fields and files as bytes (files themselves die with the page on some phones).
//
//   {id, number, user, lane, url, page, title, fields: [[name, value]], files: [{field, name, type,
//    bytes}], state: "waiting" | "needs you" | "stuck", problem, tries, at}

const NAME = "partsweb";
const VERSION = 1;

let opened;

/** The database; opened again where the system closed it behind our back. */
function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "id" }).createIndex("number", "number");
      asked.result.createObjectStore("meta");
      asked.result.createObjectStore("receipts", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onclose = () => (opened = undefined);
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Do the work in one transaction that is on the disk when this returns. */
async function kept(stores, work, again = true) {
  try {
    const transaction = (await database()).transaction(stores, "readwrite", { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
    const result = await work(transaction);
    await done;
    return result;
  } catch (error) {
    // iOS lets handles die in the background.
    if (!again || error.name !== "InvalidStateError") throw error;
    opened = undefined;
    return kept(stores, work, false);
  }
}

async function read(store, work) {
  const transaction = (await database()).transaction(store, "readonly");
  return work(transaction.objectStore(store));
}

/** Keep a new entry; it gets this device's next running number. Kept again, it stays as it was. */
export function add(entry) {
  return kept(["entries", "meta"], async (transaction) => {
    const [entries, meta] = [transaction.objectStore("entries"), transaction.objectStore("meta")];
    const known = await answered(entries.get(entry.id));
    if (known) return known;
    const number = ((await answered(meta.get("number"))) ?? 0) + 1;
    const numbered = { ...entry, number, fields: [...entry.fields, ["device_number", String(number)]] };
    await answered(meta.put(number, "number"));
    await answered(entries.add(numbered));
    return numbered;
  });
}

/** Its owner's entries in the order in which they were made. */
export async function entriesOf(user) {
  const all = await read("entries", (entries) => answered(entries.index("number").getAll()));
  return all.filter((entry) => entry.user === user).map(changed);
}

/** The owner's entry that makes the thing of this id, while it waits. */
export async function makerOf(thing, user) {
  return (await entriesOf(user)).find(({ makes, fields }) => makes && fields.some(([name, value]) => name === "thing_id" && value === thing));
}

export const get = (id) => read("entries", (entries) => answered(entries.get(id))).then((entry) => entry && changed(entry));

/** The server has it: the entry goes and a receipt stays, in one act. Where there is no room for a
    receipt, the entry goes all the same. */
export function settle(id, receipt = {}) {
  const both = kept(["entries", "receipts"], async (transaction) => {
    await answered(transaction.objectStore("receipts").put({ id, at: Date.now(), ...receipt }));
    await answered(transaction.objectStore("entries").delete(id));
  });
  return both.catch(withoutRoom(() => remove(id)));
}

export const remove = (id) => kept(["entries"], (transaction) => answered(transaction.objectStore("entries").delete(id)));

/** What was found out about an entry. A full phone has no room for the same entry written anew: then
    this page remembers it, and the next finds it out again. */
export function change(id, changes) {
  const written = kept(["entries"], async (transaction) => {
    const entries = transaction.objectStore("entries");
    const known = await answered(entries.get(id));
    if (known) await answered(entries.put({ ...known, ...unwritten.get(id), ...changes }));
  });
  return written.then(() => unwritten.delete(id)).catch(withoutRoom(() => unwritten.set(id, { ...unwritten.get(id), ...changes })));
}

const unwritten = new Map(); // entry id → changes
const changed = (entry) => ({ ...entry, ...unwritten.get(entry.id) });

const withoutRoom = (instead) => (error) => {
  if (error.name !== "QuotaExceededError") throw error;
  return instead();
};

export const remembered = (name) => read("meta", (meta) => answered(meta.get(name)));
export const remember = (name, value) =>
  kept(["meta"], (transaction) => answered(transaction.objectStore("meta").put(value, name)));

// What waits on this phone, in IndexedDB: written to the disk before anything is sent. An entry is
// one write with all its fields and files as bytes (files themselves die with the page on some phones).
//
//   {id, number, user, lane, url, page, title, fields: [[name, value]], files: [{field, name, type,
//    size}], state: "waiting" | "needs you" | "stuck", problem, tries, at}
//
// The bytes lie beside it, under names of their own: whoever looks at what waits, and that is often,
// doesn't read all photos each time.

const NAME = "partsweb";
const VERSION = 1;
// What a phone may forget when it dies: it would send again, and be told that it is there.
const LATER = { durability: "relaxed" };

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

/** Do the work in one transaction that is on the disk when this returns, unless less is asked. */
async function kept(stores, work, { durability = "strict", again = true } = {}) {
  try {
    const transaction = (await database()).transaction(stores, "readwrite", { durability });
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
    return kept(stores, work, { durability, again: false });
  }
}

async function read(store, work) {
  const transaction = (await database()).transaction(store, "readonly");
  return work(transaction.objectStore(store));
}

const bytesAt = (id, at) => ["bytes", id, at];
const allBytesOf = (id) => IDBKeyRange.bound(["bytes", id], ["bytes", id, []]);

/** Keep a new entry; it gets this device's next running number. Kept again, it stays as it was. */
export function add({ files, ...entry }) {
  return kept(["entries", "meta"], async (transaction) => {
    const [entries, meta] = [transaction.objectStore("entries"), transaction.objectStore("meta")];
    const known = await answered(entries.get(entry.id));
    if (known) return known;
    const number = ((await answered(meta.get("number"))) ?? 0) + 1;
    const apart = files.map(({ bytes, ...file }) => ({ ...file, size: bytes.byteLength }));
    const numbered = { ...entry, files: apart, number, fields: [...entry.fields, ["device_number", String(number)]] };
    for (const [at, { bytes }] of files.entries()) meta.put(bytes, bytesAt(entry.id, at));
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

/** The bytes of an entry's file; the release before kept them in the entry. */
export const bytesOf = async ({ id, files }, at) => files[at].bytes ?? read("meta", (meta) => answered(meta.get(bytesAt(id, at))));

/** The entry with the bytes of its files. */
export async function whole(id) {
  const entry = await get(id);
  return entry && { ...entry, files: await Promise.all(entry.files.map(async (file, at) => ({ ...file, bytes: await bytesOf(entry, at) }))) };
}

/** The server has it: the entry goes and a receipt stays, in one act. Where there is no room for a
    receipt, the entry goes all the same. */
export function settle(id, receipt = {}) {
  const both = kept(["entries", "meta", "receipts"], async (transaction) => {
    await answered(transaction.objectStore("receipts").put({ id, at: Date.now(), ...receipt }));
    await forget(transaction, id);
  }, LATER);
  return both.catch(withoutRoom(() => remove(id)));
}

export const remove = (id) => kept(["entries", "meta"], (transaction) => forget(transaction, id));

async function forget(transaction, id) {
  await answered(transaction.objectStore("meta").delete(allBytesOf(id)));
  await answered(transaction.objectStore("entries").delete(id));
}

/** What was found out about an entry. A full phone has no room for the same entry written anew: then
    this page remembers it, and the next finds it out again. */
export function change(id, changes) {
  const written = kept(["entries"], async (transaction) => {
    const entries = transaction.objectStore("entries");
    const known = await answered(entries.get(id));
    if (known) await answered(entries.put({ ...known, ...unwritten.get(id), ...changes }));
  }, LATER);
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

//! Answers and their pictures in IndexedDB, where they outlive a closed page, a dead battery and a reload.
import type { Answer, Attachment } from './answer';

const ANSWERS = 'answers';
const ATTACHMENTS = 'attachments';

export class AnswerStore {
  readonly #db: Promise<IDBDatabase>;

  constructor(name = 'shian-answers') {
    this.#db = open(name);
  }

  async all(): Promise<Answer[]> {
    return this.#read(ANSWERS, (store) => store.getAll() as IDBRequest<Answer[]>);
  }

  async find(key: string): Promise<Answer | undefined> {
    return this.#read(ANSWERS, (store) => store.get(key) as IDBRequest<Answer | undefined>);
  }

  async put(answer: Answer): Promise<void> {
    await this.#write([ANSWERS], (tx) => tx.objectStore(ANSWERS).put(answer));
  }

  /** Changes an answer unless it is gone: what was thrown away meanwhile does not come back. */
  async change(key: string, change: (answer: Answer) => Answer): Promise<void> {
    await this.#write([ANSWERS], (tx) => {
      const store = tx.objectStore(ANSWERS);
      const found = store.get(key) as IDBRequest<Answer | undefined>;
      found.onsuccess = () => {
        if (found.result) store.put(change(found.result));
      };
    });
  }

  async attachments(answerKey: string): Promise<Attachment[]> {
    const found = await this.#read(ATTACHMENTS, (store) => store.index('answer').getAll(answerKey) as IDBRequest<Attachment[]>);
    return found.sort((a, b) => a.order - b.order);
  }

  async putAttachment(attachment: Attachment): Promise<void> {
    await this.#write([ATTACHMENTS], (tx) => tx.objectStore(ATTACHMENTS).put(attachment));
  }

  async removeAttachment(id: string): Promise<void> {
    await this.#write([ATTACHMENTS], (tx) => tx.objectStore(ATTACHMENTS).delete(id));
  }

  /** Forgets an answer with everything that belongs to it. */
  async remove(key: string): Promise<void> {
    await this.#write([ANSWERS, ATTACHMENTS], (tx) => {
      tx.objectStore(ANSWERS).delete(key);
      const store = tx.objectStore(ATTACHMENTS);
      const found = store.index('answer').getAllKeys(key);
      found.onsuccess = () => found.result.forEach((id) => store.delete(id));
    });
  }

  async #read<T>(store: string, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const db = await this.#db;
    const request = ask(db.transaction(store, 'readonly').objectStore(store));
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  async #write(stores: string[], change: (tx: IDBTransaction) => void): Promise<void> {
    const db = await this.#db;
    const tx = db.transaction(stores, 'readwrite');
    change(tx);
    return new Promise((resolve, reject) => {
      tx.oncomplete = () => resolve();
      tx.onabort = () => reject(tx.error);
      tx.onerror = () => reject(tx.error);
    });
  }
}

function open(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ANSWERS, { keyPath: 'key' });
      request.result.createObjectStore(ATTACHMENTS, { keyPath: 'id' }).createIndex('answer', 'answer_key');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

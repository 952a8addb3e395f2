import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat, type History, type Message, type World } from './chat';

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const message = (number: number, from = 'ada', body = `words ${number}`) =>
  ({ id: `message_${String(number).padStart(4, '0')}`, body, from: { id: from, name: from }, at: '', file: null }) as unknown as Message;

let history: History;
let told: (message: Message) => void;
let sent: { body: string; fileId: string | null; key: string }[];
let uploads: number;
let refuse: Error | null;
let seen: string | null;
let chat: Chat;

const world: World = {
  read: () => Promise.resolve(history),
  upload: (_file, onProgress) => {
    uploads += 1;
    onProgress(0.5);
    return Promise.resolve('file_1');
  },
  send: (body, fileId, key) => {
    if (refuse) return Promise.reject(refuse);
    sent.push({ body, fileId, key });
    return Promise.resolve(message(50 + sent.length, 'me', body));
  },
  listen: (onMessage) => {
    told = onMessage;
    return () => undefined;
  },
  isMine: ({ from }) => from.id === 'me',
  key: () => `key ${sent.length}`,
  seen: {
    read: () => seen,
    write: (id) => {
      seen = id;
    },
  },
  explain: (error) => (error as Error).message,
};

const bodies = () => chat.state().messages.map(({ body }) => body);

beforeEach(() => {
  history = { messages: [message(1), message(2)], before: null };
  sent = [];
  uploads = 0;
  refuse = null;
  seen = null;
  chat = new Chat(world);
});

describe('a chat', () => {
  it('has what was written before, and what comes, once and in order', async () => {
    chat.open();
    told(message(3));
    await settle();
    told(message(2));
    expect(bodies()).toEqual(['words 1', 'words 2', 'words 3']);
    expect(chat.state().phase).toBe('ready');
  });

  it('reads older messages as one asks for them', async () => {
    history = { messages: [message(8), message(9)], before: 'cursor 8' };
    chat.open();
    await settle();
    history = { messages: [message(7)], before: null };
    await chat.earlier();
    expect(bodies()).toEqual(['words 7', 'words 8', 'words 9']);
    expect(chat.state().hasEarlier).toBe(false);
  });

  it('shows at once what one writes, and the platform’s word in its place', async () => {
    chat.open();
    await settle();
    chat.send('  hello ');
    expect(chat.state().pending).toMatchObject([{ body: 'hello', state: 'sending' }]);
    await settle();
    expect(chat.state().pending).toEqual([]);
    expect(bodies().at(-1)).toBe('hello');
    chat.send('   ');
    expect(chat.state().pending).toEqual([]);
  });

  it('keeps what was not sent, says why, and sends it under the same key', async () => {
    refuse = new Error('No connection.');
    chat.open();
    chat.send('hello');
    await settle();
    expect(chat.state().pending).toMatchObject([{ state: 'failed', fault: 'No connection.' }]);
    refuse = null;
    chat.retry('key 0');
    await settle();
    expect(sent).toEqual([{ body: 'hello', fileId: null, key: 'key 0' }]);
    expect(chat.state().pending).toEqual([]);
  });

  it('tries again by itself when the connection is back', async () => {
    refuse = new Error('No connection.');
    chat.open();
    chat.send('hello');
    await settle();
    refuse = null;
    chat.wake();
    await settle();
    expect(sent).toHaveLength(1);
  });

  it('uploads a file once, though its message needs two attempts', async () => {
    refuse = new Error('No connection.');
    chat.open();
    chat.send('', new File(['x'], 'x.png'));
    await settle();
    expect(chat.state().pending).toMatchObject([{ state: 'failed', progress: 0.5 }]);
    refuse = null;
    chat.retry('key 0');
    await settle();
    expect([uploads, sent[0]?.fileId]).toEqual([1, 'file_1']);
  });

  it('counts what others wrote and nobody looked at', async () => {
    chat.open();
    await settle();
    told(message(3, 'me'));
    expect(chat.state().unread).toBe(2);
    chat.look(true);
    expect(chat.state().unread).toBe(0);
    told(message(4));
    expect(chat.state().unread).toBe(0);
    chat.look(false);
    told(message(5));
    expect(chat.state().unread).toBe(1);
    expect(seen).toBe('message_0004');
  });

  it('comes once it can be read', async () => {
    vi.useFakeTimers();
    const read = vi.spyOn(world, 'read').mockRejectedValueOnce(new Error('network'));
    chat.open();
    await vi.advanceTimersByTimeAsync(10);
    expect(chat.state().phase).toBe('failed');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(chat.state().phase).toBe('ready');
    expect(read).toHaveBeenCalledTimes(2);
    chat.close();
    vi.useRealTimers();
  });
});

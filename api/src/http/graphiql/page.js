// GraphiQL, small: an operation, its variables, its answers, and the schema to walk through. Subscriptions run over the
// WebSocket. What was typed stays for the tab's life; the token too, and nowhere else.

const element = (id) => document.getElementById(id);
const [query, variables, token, answer, run, stop, documentation] =
  ['query', 'variables', 'token', 'answer', 'run', 'stop', 'documentation'].map(element);

const EXAMPLE = `# Sign in, put the access token above, then ask.
mutation SignIn {
  sessionCreate(input: { email: "you@example.com", password: "…" }) {
    session { accessToken expiresAt user { name role } }
    userErrors { code message }
  }
}
`;

for (const field of [query, variables, token]) {
  field.value = sessionStorage.getItem(`graphiql.${field.id}`) ?? (field === query ? EXAMPLE : '');
  field.addEventListener('input', () => sessionStorage.setItem(`graphiql.${field.id}`, field.value));
}

const show = (value) => { answer.textContent = typeof value === 'string' ? value : JSON.stringify(value, null, 2); };
const bearer = () => (token.value.trim() ? `Bearer ${token.value.trim()}` : undefined);

async function post(body) {
  const headers = { 'content-type': 'application/json' };
  if (bearer()) headers.authorization = bearer();
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

let socket;

function subscribe(payload) {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const lines = ['Listening …'];
  const add = (line) => { lines.push(line); show(lines.join('\n\n')); answer.scrollTop = answer.scrollHeight; };
  show(lines[0]);
  stop.disabled = false;
  socket = new WebSocket(url, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: 'connection_init', payload: bearer() ? { authorization: bearer() } : {} });
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') send({ type: 'subscribe', id: '1', payload });
    if (message.type === 'ping') send({ type: 'pong' });
    if (message.type === 'next') add(JSON.stringify(message.payload, null, 2));
    if (message.type === 'error') add(JSON.stringify({ errors: message.payload }, null, 2));
    if (message.type === 'complete' || message.type === 'error') socket.close(1000);
  };
  socket.onclose = ({ code, reason }) => { add(`Closed: ${code} ${reason}`); stop.disabled = true; };
}

async function execute() {
  socket?.close(1000);
  let given;
  try {
    given = variables.value.trim() ? JSON.parse(variables.value) : undefined;
  } catch (error) {
    show(`The variables are not JSON: ${error.message}`);
    return;
  }
  const body = { query: query.value, variables: given };
  // Comments aside, what does it begin with?
  if (query.value.replace(/#.*/g, '').trim().startsWith('subscription')) {
    subscribe(body);
    return;
  }
  show('…');
  try {
    show(await post(body));
  } catch (error) {
    show(`No answer: ${error.message}`);
  }
}

run.addEventListener('click', execute);
stop.addEventListener('click', () => socket?.close(1000));
addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    execute();
  }
});

// ── documentation ──

const INTROSPECTION = `{ __schema { types { kind name description
  fields { name description args { ...input } type { ...type } }
  inputFields { ...input } enumValues { name description } possibleTypes { name } } } }
fragment input on __InputValue { name description defaultValue type { ...type } }
fragment type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

const node = (tag, text, ...children) => {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const named = (type) => (type.ofType ? named(type.ofType) : type.name);
const written = (type) => {
  if (type.kind === 'NON_NULL') return `${written(type.ofType)}!`;
  return type.kind === 'LIST' ? `[${written(type.ofType)}]` : type.name;
};

function documented(types, name, trail = []) {
  const type = types.get(name);
  const link = (text, target, path) => {
    const button = node('button', text);
    button.className = 'link';
    button.addEventListener('click', () => documented(types, target, path));
    return button;
  };
  const typed = (member) => [': ', link(written(member.type), named(member.type), [...trail, name])];
  const signature = ({ args }) => (args?.length
    ? ['(', ...args.flatMap((argument, index) => [index ? ', ' : '', node('code', argument.name), ...typed(argument)]), ')']
    : []);
  const entry = (member) => [
    node('dt', '', node('code', member.name), ...signature(member), ...(member.type ? typed(member) : [])),
    node('dd', member.description ?? ''),
  ];
  const members = [type.fields, type.inputFields, type.enumValues, type.possibleTypes?.map((possible) => ({ ...possible, type: { ...possible } }))];
  documentation.replaceChildren(
    node('div', '', ...(trail.length ? [link(`‹ ${trail.at(-1)}`, trail.at(-1), trail.slice(0, -1))] : ['Query', 'Mutation', 'Subscription'].filter((root) => root !== name).flatMap((root) => [link(root, root, []), ' ']))),
    node('h2', name),
    node('p', type.description ?? ''),
    node('dl', '', ...members.flatMap((list) => list ?? []).flatMap(entry)),
  );
}

try {
  const { data } = await post({ query: INTROSPECTION });
  documented(new Map(data.__schema.types.map((type) => [type.name, type])), 'Query');
} catch (error) {
  documentation.textContent = `The schema can't be read: ${error.message}`;
}

'use strict';
const X0X_TOKEN='{{token}}';

// Everything from the network is text: it reaches the page through textContent only.
const byId = id => document.getElementById(id);
const state = { agentId: '', contacts: [], online: [], discovered: [], names: new Map() };
const S = { get: key => state[key], set: (key, value) => { state[key] = value; } };
const FEED_LIMIT = 200;

/** Parsed JSON of an endpoint, or null if the daemon did not answer; the HTTP status is a hidden property. */
async function api(path, options = {}) {
  const headers = { Authorization: 'Bearer ' + X0X_TOKEN };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    const response = await fetch(path, { method: options.method || 'GET', headers, body: options.body, signal: AbortSignal.timeout(20000) });
    const json = await response.json();
    Object.defineProperty(json, '_http_status', { value: response.status });
    Object.defineProperty(json, '_http_ok', { value: response.ok });
    return json;
  } catch {
    return null;
  }
}

function notice(text) { byId('notice').textContent = text; }

function failed(answer) {
  if (answer && answer._http_ok) return false;
  notice(answer ? (answer.detail || answer.error || 'The daemon refused the request.') : 'No answer from the daemon.');
  return true;
}

function readable(text) { return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd'); }

function toBase64(text) {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(base64) {
  try {
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    return readable(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return '(' + Math.floor(base64.length * 3 / 4) + ' bytes)';
  }
}

function nameOf(id) {
  if (!id) return 'unsigned';
  if (id === state.agentId) return 'me';
  return state.names.get(id) || id.slice(0, 8) + '…';
}

function element(tag, text, className) {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function replaceRows(list, rows, empty) {
  list.replaceChildren(...(rows.length ? rows : [element('li', empty, 'quiet')]));
}

function appendRow(list, row) {
  const first = list.firstElementChild;
  if (first && first.classList.contains('quiet')) first.remove();
  list.append(row);
  while (list.childElementCount > FEED_LIMIT) list.firstElementChild.remove();
  list.scrollTop = list.scrollHeight;
}

function messageRow(who, verified, where, text) {
  const row = element('li', '');
  row.append(element('strong', who), ' ', element('span', verified ? 'verified' : 'not verified', verified ? 'good' : 'bad'));
  if (where) row.append(' ', element('span', readable(where), 'quiet'));
  const body = element('div', text);
  body.dir = 'auto';
  row.append(body);
  return row;
}

async function refresh() {
  const health = await api('/health');
  const label = byId('connection');
  label.textContent = health ? (health.peers === 1 ? '1 peer' : health.peers + ' peers') : 'Daemon not reachable';
  label.className = health ? 'good' : 'bad';
  if (!health) return;
  if (health.version !== byId('version').textContent) notice('The daemon was updated. Reload to update this page.');
  const [agent, network, peers, contacts, online, discovered] = await Promise.all([
    api('/agent'), api('/network/status'), api('/peers'), api('/contacts'), api('/presence/online'), api('/agents/discovered'),
  ]);
  if (agent && agent.agent_id) showIdentity(agent);
  if (network && network.local_addr) byId('local-address').textContent = network.local_addr;
  if (peers && peers.peers) {
    byId('peer-count').textContent = peers.peers.length;
    replaceRows(byId('peers'), peers.peers.map(peer => element('li', peer.id, 'id')), 'No connection yet.');
  }
  if (contacts && contacts.contacts) state.contacts = contacts.contacts;
  if (online && online.agents) state.online = online.agents;
  if (discovered && discovered.agents) state.discovered = discovered.agents;
  renderPeople();
}

function navigateDm(id) {
  byId('dm-to').value = id;
  byId('dm-in').focus();
}

async function sendDm() {
  const text = byId('dm-in').value;
  const to = byId('dm-to').value.trim().toLowerCase();
  if (!text || !to) return;
  const request = { agent_id: to, payload: toBase64(JSON.stringify({ text })) };
  const wait = byId('dm-require-ack').value;
  if (wait) request.require_ack_ms = Number(wait);
  const answer = await api('/direct/send', { method: 'POST', body: JSON.stringify(request) });
  if (failed(answer)) return;
  if (to !== state.agentId) appendRow(byId('dm-msgs'), messageRow('me → ' + nameOf(to), true, answer.path, readable(text)));
  byId('dm-in').value = '';
  notice(answer.require_ack && !answer.require_ack.ok ? answer.require_ack.error : '');
}

function showDirect(message) {
  let text = fromBase64(message.payload);
  try {
    const parsed = JSON.parse(text);
    if (parsed && typeof parsed.text === 'string') text = readable(parsed.text);
  } catch { /* not one of this page's messages: show it as it is */ }
  appendRow(byId('dm-msgs'), messageRow(nameOf(message.sender), message.verified, message.trust_decision, text));
}

function showTopic(event) {
  if (event.type === 'message') {
    const message = event.data;
    appendRow(byId('feed'), messageRow(nameOf(message.sender), message.verified, message.topic, fromBase64(message.payload)));
  } else if (event.type === 'lagged') {
    appendRow(byId('feed'), element('li', event.data.missed + ' messages were skipped: this page was too slow.', 'bad'));
  }
}

/** Reads one event stream for ever: the token goes into a header, never into a URL. */
async function follow(path, show) {
  for (let pause = 500;; pause = Math.min(pause * 2, 15000)) {
    try {
      const response = await fetch(path, { headers: { Authorization: 'Bearer ' + X0X_TOKEN, Accept: 'text/event-stream' } });
      if (response.status === 401) { notice('The token of this page is not valid any more. Reload the page.'); return; }
      if (!response.ok) throw new Error('status');
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        pause = 500;
        buffer += value;
        for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
          const lines = buffer.slice(0, end).split('\n').filter(line => line.startsWith('data: ')).map(line => line.slice(6));
          buffer = buffer.slice(end + 2);
          if (lines.length) show(JSON.parse(lines.join('\n')));
        }
      }
    } catch { /* the daemon went away: try again after the pause */ }
    await new Promise(resume => setTimeout(resume, pause));
  }
}

async function topicAction(action) {
  const topic = byId('topic').value;
  const message = byId('topic-message').value;
  const answer = action === 'subscribe'
    ? await api('/subscribe', { method: 'POST', body: JSON.stringify({ topic }) })
    : await api('/publish', { method: 'POST', body: JSON.stringify({ topic, payload: toBase64(message) }) });
  if (!failed(answer)) notice(action === 'subscribe' ? 'Subscribed to ' + readable(topic) + '.' : '');
}

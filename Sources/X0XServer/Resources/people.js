
// This agent, contacts with their trust, and discovered agents. Ids are shown whole beside their words.
const WORDS = '{{words}}'.split(' ');
const LEVELS = ['unknown', 'known', 'trusted', 'blocked'];
const IDENTITY_TYPES = ['anonymous', 'known', 'trusted', 'pinned'];
const contactRows = new Map();

/** The four words of an id: three hexadecimal digits each. */
function wordsOf(id) {
  return id ? [0, 3, 6, 9].map(start => WORDS[parseInt(id.slice(start, start + 3), 16)]).join(' ') : '';
}

function showIdentity(agent) {
  state.agentId = agent.agent_id;
  byId('agent-words').textContent = wordsOf(agent.agent_id);
  byId('agent-id').textContent = agent.agent_id;
  byId('machine-id').textContent = agent.machine_id;
  byId('user-words').textContent = wordsOf(agent.user_id);
  byId('user-id').textContent = agent.user_id || 'none';
}

async function showCard() {
  const query = '?display_name=' + encodeURIComponent(byId('card-name').value) + '&include_user=' + byId('card-user').checked;
  const answer = await api('/agent/card' + query);
  if (!failed(answer)) byId('card-link').textContent = answer.link;
}

async function announce() {
  const body = { include_user_identity: byId('announce-user').checked, human_consent: byId('announce-consent').checked };
  if (!failed(await send('POST', '/announce', body))) notice('Announced.');
}

async function showIntroduction() {
  const peer = byId('introduction-peer').value.trim().toLowerCase();
  const answer = await api('/introduction' + (peer ? '?peer=' + peer : ''));
  if (failed(answer)) { byId('introduction').replaceChildren(); return; }
  const lines = [['Words', answer.identity_words], ['Machine', answer.machine_id], ['User', answer.user_id], ['Certificate', answer.certificate],
    ['Services', answer.services.map(service => service.name).join(', ')]];
  replaceRows(byId('introduction'), lines.filter(line => line[1]).map(line => element('li', line[0] + ': ' + line[1])), 'Nothing.');
}

async function importCard() {
  const field = byId('import-card');
  const answer = await send('POST', '/agent/card/import', { card: field.value.trim(), trust_level: byId('import-trust').value });
  const result = byId('import-result');
  if (failed(answer)) { result.textContent = ''; return; }
  const signed = answer.verified ? 'verified: signed by the agent itself' : 'not verified: unsigned, anybody may have written it';
  const kept = answer.trust_downgrade_ignored ? ' Its level stays ' + answer.trust_level + '.' : ' Level: ' + answer.trust_level + '.';
  result.textContent = 'Imported ' + readable(answer.display_name || answer.agent_id) + ' (' + signed + ').' + kept;
  result.className = answer.verified ? 'good' : 'bad';
  field.value = '';
  await refresh();
}

function send(method, path, body) { return api(path, { method, body: body === undefined ? undefined : JSON.stringify(body) }); }

function button(text, className, action) {
  const node = element('button', text, className);
  node.type = 'button';
  node.addEventListener('click', action);
  return node;
}

function labelled(text, control) {
  const label = element('label', text);
  label.append(control);
  return label;
}

function choice(values, value, changed) {
  const select = document.createElement('select');
  for (const name of values) select.append(element('option', name));
  select.value = value;
  select.addEventListener('change', () => changed(select));
  return select;
}

function textField(placeholder) {
  const field = document.createElement('input');
  field.placeholder = placeholder;
  field.autocomplete = 'off';
  field.spellcheck = false;
  return field;
}

function line(...nodes) {
  const row = element('div', '', 'row');
  row.append(...nodes);
  return row;
}

/** Carries out a change of a contact, says what failed, and shows what the daemon has now. */
async function change(id, method, path, body) {
  const answer = await send(method, path, body);
  const isDone = !failed(answer);
  if (isDone) notice('');
  await refresh();
  await fillMachines(id);
  return isDone;
}

function renderPeople() {
  state.names = new Map(state.contacts.filter(contact => contact.label).map(contact => [contact.agent_id, readable(contact.label).slice(0, 64)]));
  renderContacts();
  renderAgents();
}

/** Whose word it is that an agent runs on the machine that is shown. */
function bindingOf(agent) {
  const [text, className] = { announced: ['its own word', 'good'], signed_card: ['from a card it signed', 'good'] }[agent.binding] || ['not verified: only claimed', 'bad'];
  return element('span', text, className);
}

/** Rows live on between refreshes, so that what is open or focused stays so. */
function renderContacts() {
  const here = new Set(state.online.map(agent => agent.agent_id));
  const ids = new Set(state.contacts.map(contact => contact.agent_id));
  for (const id of contactRows.keys()) if (!ids.has(id)) { contactRows.get(id).node.remove(); contactRows.delete(id); }
  byId('contact-count').textContent = ids.size;
  const list = byId('people');
  if (!ids.size) { replaceRows(list, [], 'No contacts. Paste a card or share yours.'); return; }
  if (list.firstElementChild && list.firstElementChild.classList.contains('quiet')) list.firstElementChild.remove();
  for (const contact of state.contacts) {
    let row = contactRows.get(contact.agent_id);
    if (!row) {
      row = makeContactRow(contact.agent_id);
      contactRows.set(contact.agent_id, row);
      list.append(row.node);
    }
    row.name.textContent = nameOf(contact.agent_id);
    row.presence.textContent = here.has(contact.agent_id) ? 'online' : 'offline';
    row.presence.className = here.has(contact.agent_id) ? 'good' : 'quiet';
    row.level.textContent = contact.trust_level + (contact.is_revoked || contact.revoked ? ', revoked' : '');
    row.level.className = contact.trust_level === 'blocked' ? 'bad' : 'quiet';
    if (document.activeElement !== row.trust) row.trust.value = contact.trust_level;
    if (document.activeElement !== row.type) row.type.value = contact.identity_type || 'anonymous';
  }
}

function makeContactRow(id) {
  const path = '/contacts/' + id;
  const node = element('li', '');
  node.dataset.testid = 'people.row.' + id;
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  const [name, presence, level] = [element('strong', ''), element('span', ''), element('span', '')];
  summary.append(name, ' ', presence, ' ', level, ' ', element('div', wordsOf(id), 'words'), element('div', id, 'id'));
  const trust = choice(LEVELS, 'unknown', select => change(id, 'POST', '/contacts/trust', { agent_id: id, level: select.value }));
  trust.dataset.testid = 'people.trust.' + id;
  const type = choice(IDENTITY_TYPES, 'anonymous', select => change(id, 'PATCH', path, { identity_type: select.value }));
  const reason = textField('why');
  const revoke = button('Revoke for ever', 'danger', () => {
    if (reason.value && confirm('A revoked agent stays blocked for ever. Revoke it?')) change(id, 'POST', path + '/revoke', { reason: reason.value });
    else reason.focus();
  });
  const remove = button('Remove contact', 'danger', () => confirm('Remove this contact, with its machines and pins?') && change(id, 'DELETE', path));
  const machines = document.createElement('ul');
  const machine = textField('machine id, 64 hex digits');
  const addMachine = button('Add machine', 'plain', async () => {
    if (await change(id, 'POST', path + '/machines', { machine_id: machine.value.trim(), label: machineLabel.value || undefined })) machine.value = machineLabel.value = '';
  });
  const machineLabel = textField('name of the machine');
  const judged = textField('machine to judge, 64 hex digits');
  const judge = button('Judge', 'plain', async () => {
    const answer = await send('POST', '/trust/evaluate', { agent_id: id, machine_id: judged.value.trim() });
    if (!failed(answer)) notice('On this machine: ' + answer.decision + '.');
  });
  const label = textField('another name');
  const rename = button('Rename', 'plain', async () => {
    if (label.value && await change(id, 'PATCH', path, { label: label.value })) label.value = '';
  });
  const revocations = document.createElement('ul');
  revocations.dataset.testid = 'people.revocation.' + id;
  const body = document.createElement('div');
  body.append(
    line(labelled('Trust', trust), labelled('Identity', type), button('Write', '', () => navigateDm(id)), button('Connect', 'plain', () => connectTo(id))),
    line(labelled('Name', label), rename),
    element('h3', 'Machines'), machines, line(labelled('Another machine', machine), labelled('Called', machineLabel), addMachine),
    line(labelled('What would be decided on a machine', judged), judge),
    line(labelled('Reason', reason), revoke, remove), revocations,
  );
  details.append(summary, body);
  details.addEventListener('toggle', () => { if (details.open) fillMachines(id); });
  node.append(details);
  return { node, details, name, presence, level, trust, type, machines, revocations };
}

async function fillMachines(id) {
  const row = contactRows.get(id);
  if (!row || !row.details.open) return;
  const answer = await api('/contacts/' + id + '/machines');
  if (!answer || !answer.machines) return;
  const revoked = await api('/contacts/' + id + '/revocations');
  if (revoked && revoked.revocations) row.revocations.replaceChildren(...revoked.revocations.map(one => element('li', 'Revoked: ' + readable(one.reason), 'bad')));
  const rows = answer.machines.map(machine => {
    const path = '/contacts/' + id + '/machines/' + machine.machine_id;
    const item = element('li', '');
    item.append(element('span', readable(machine.label || ''), 'quiet'), ' ', element('span', machine.machine_id, 'id'), ' ', element('span', machine.pinned ? 'pinned' : 'not pinned', machine.pinned ? 'good' : 'quiet'));
    item.append(line(
      button(machine.pinned ? 'Unpin' : 'Pin', 'plain', () => change(id, machine.pinned ? 'DELETE' : 'POST', path + '/pin')),
      button('Remove', 'plain', () => change(id, 'DELETE', path)),
    ));
    return item;
  });
  replaceRows(row.machines, rows, 'No machine seen yet.');
}

/** Agents that are no contacts; the filter also takes words. */
function renderAgents() {
  const contacts = new Set(state.contacts.map(contact => contact.agent_id));
  const agents = state.discovered.filter(agent => agent.agent_id !== state.agentId);
  const wanted = byId('agent-filter').value.trim().toLowerCase();
  const fits = agent => !wanted || [wordsOf(agent.agent_id), wordsOf(agent.user_id), agent.agent_id, nameOf(agent.agent_id).toLowerCase()].some(text => text.includes(wanted));
  const found = agents.filter(fits);
  byId('agent-count').textContent = wanted ? found.length + ' of ' + agents.length : agents.length;
  const list = byId('agents');
  // Buttons under the pointer or the focus must not vanish: an unchanged list stays.
  const key = JSON.stringify(found.slice(0, FEED_LIMIT).map(agent => [agent.agent_id, agent.addresses, agent.binding, contacts.has(agent.agent_id)]));
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  replaceRows(list, found.slice(0, FEED_LIMIT).map(agent => makeAgentRow(agent, contacts.has(agent.agent_id))),
    wanted ? 'No agent fits.' : 'No other agents seen yet. Check the network, or import a card.');
}

function makeAgentRow(agent, isContact) {
  const id = agent.agent_id;
  const row = element('li', '');
  row.append(element('span', wordsOf(id), 'words'), ' ', element('span', isContact ? nameOf(id) : 'not a contact', 'quiet'), ' ', bindingOf(agent), element('div', id, 'id'));
  if (agent.user_id) row.append(element('div', 'user: ' + wordsOf(agent.user_id) + ' ' + agent.user_id, 'quiet'));
  if (agent.addresses.length) row.append(element('div', agent.addresses.join(', '), 'id'));
  const buttons = [button('Write', 'plain', () => navigateDm(id)), button('Connect', 'plain', () => connectTo(id))];
  if (!isContact) buttons.unshift(button('Add as known', '', () => change(id, 'POST', '/contacts', { agent_id: id, trust_level: 'known' })));
  row.append(line(...buttons));
  return row;
}

async function connectTo(id) {
  notice('Connecting to ' + nameOf(id) + ' …');
  const answer = await send('POST', '/agents/connect', { agent_id: id });
  if (!failed(answer)) notice(nameOf(id) + ': ' + answer.outcome);
}


// Looking up agents, machines and users by their whole id, and adding a contact by its id alone.
const LOOKUPS = {
  'agent': async id => {
    const found = await send('POST', '/agents/find/' + id);
    if (failed(found)) return null;
    if (!found.found) return [];
    const [agent, reach] = await Promise.all([api('/agents/discovered/' + id), api('/agents/reachability/' + id)]);
    const known = agent && agent.agent;
    return [
      ['Words', wordsOf(id)], ['Machine', known && known.machine_id], ['User', known && known.user_id],
      ['Whose word', known && bindingOf(known).textContent], ['Addresses', found.addresses.join(', ') || 'none'],
      ['Reached directly', reach && reach.addresses ? (reach.likely_direct ? 'probably' : reach.needs_coordination ? 'with help' : 'no') : null],
    ];
  },
  'machine': async id => {
    const answer = await api('/machines/discovered/' + id + '?wait=true');
    if (failed(answer)) return answer && answer._http_status === 404 ? [] : null;
    const machine = answer.machine;
    return [['Addresses', machine.addresses.join(', ') || 'none'], ['Agents', machine.agent_ids.join(', ')], ['Users', machine.user_ids.join(', ')], ['NAT', machine.nat_type]];
  },
  'user': async id => {
    const [agents, machines] = await Promise.all([api('/users/' + id + '/agents'), api('/users/' + id + '/machines')]);
    if (failed(agents) || failed(machines)) return null;
    if (!agents.agents.length) return [];
    return [['Words', wordsOf(id)], ['Agents', agents.agents.map(agent => agent.agent_id).join(', ')], ['Machines', machines.machines.map(machine => machine.machine_id).join(', ')]];
  },
};

async function lookUp(pressed) {
  const id = byId('lookup-id').value.trim().toLowerCase();
  if (pressed && pressed.dataset.action === 'add') {
    const body = { agent_id: id, trust_level: 'known', label: byId('lookup-name').value || undefined };
    if (!failed(await send('POST', '/contacts', body))) { notice('Added.'); await refresh(); }
    return;
  }
  notice('Looking …');
  const lines = await LOOKUPS[byId('lookup-kind').value](id);
  if (!lines) { byId('lookup').replaceChildren(); return; }
  notice('');
  replaceRows(byId('lookup'), lines.filter(line => line[1]).map(line => element('li', line[0] + ': ' + readable(line[1]))), 'Nobody knows it, or it is blocked.');
}

async function connectMachine() {
  const answer = await send('POST', '/machines/connect', { machine_id: byId('lookup-id').value.trim().toLowerCase() });
  if (!failed(answer)) notice(answer.outcome);
}

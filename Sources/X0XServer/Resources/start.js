
// Connects the page with what it does, and starts.
function onSubmit(id, action) {
  byId(id).addEventListener('submit', event => {
    event.preventDefault();
    action(event.submitter);
  });
}

async function refreshForEver() {
  for (;;) {
    await refresh();
    await new Promise(resume => setTimeout(resume, document.hidden ? 30000 : 5000));
  }
}

onSubmit('import-form', importCard);
onSubmit('dm-form', sendDm);
onSubmit('card-form', showCard);
onSubmit('announce-form', announce);
onSubmit('introduction-form', showIntroduction);
onSubmit('lookup-form', lookUp);
byId('lookup-connect').addEventListener('click', connectMachine);
byId('agent-filter').addEventListener('input', renderAgents);
onSubmit('subscribe-form', button => topicAction(button && button.dataset.action || 'subscribe'));
if (X0X_TOKEN) {
  refreshForEver();
  follow('/events', showTopic);
  follow('/direct/events', showDirect);
} else {
  byId('connection').textContent = 'This page was served without a token: open it on the machine of the daemon.';
}

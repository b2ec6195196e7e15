// An SMS centre for tests, on a library that shares no code with ours. The one argument is JSON: password, key and cert (PEM, for
// TLS), statuses (the status by receiver, or a list: one for each request, then 0), held (how many messages wait before the first is answered). What happens is told on
// standard output, one JSON object a line; the first has the port.
const smpp = require('smpp');
const options = JSON.parse(process.argv[2]);
const tell = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const hex = (buffers) => (buffers || []).map((b) => b.toString('hex'));

let unanswered = 0, most = 0, held = [];
const answer = (session, pdu) => {
  unanswered--;
  session.send(pdu.response({message_id: 'm' + pdu.sequence_number}));
};

const server = smpp.createServer({key: options.key, cert: options.cert}, (session) => {
  tell({event: 'connected'});
  session.on('error', () => {});
  session.on('close', () => tell({event: 'closed'}));
  session.on('bind_transceiver', (pdu) => {
    tell({event: 'bind', system_id: pdu.system_id, system_type: pdu.system_type, version: pdu.interface_version});
    if (pdu.password !== options.password) {
      session.send(pdu.response({command_status: smpp.ESME_RINVPASWD}));
      return;
    }
    session.send(pdu.response({system_id: 'smsc'}));
    // The centre has requests of its own, and waits for their answers.
    session.enquire_link({}, (r) => tell({event: 'answered', command: r.command, status: r.command_status}));
    session.deliver_sm({source_addr: '46700000000', destination_addr: '1', short_message: 'id:1 stat:DELIVRD', esm_class: 4},
      (r) => tell({event: 'answered', command: r.command, status: r.command_status}));
  });
  session.on('enquire_link', (pdu) => {
    tell({event: 'enquire'});
    session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    tell({event: 'unbind'});
    session.send(pdu.response());
    session.close();
  });
  session.on('submit_sm', (pdu) => {
    const text = pdu.message_payload || pdu.short_message;
    unanswered++;
    most = Math.max(most, unanswered);
    tell({
      event: 'submit', to: pdu.destination_addr, to_ton: pdu.dest_addr_ton, to_npi: pdu.dest_addr_npi, from: pdu.source_addr, from_ton: pdu.source_addr_ton,
      from_npi: pdu.source_addr_npi, coding: pdu.data_coding, esm: pdu.esm_class, udh: hex(text.udh), payload: !!pdu.message_payload, receipt: pdu.registered_delivery,
      text: text.message, most,
    });
    let status = (options.statuses || {})[pdu.destination_addr];
    if (Array.isArray(status)) status = status.shift();
    if (status === 'drop') return session.destroy();
    if (status === 'unbind') return session.unbind();
    if (status === 'nack') return session.send(new smpp.PDU('generic_nack', {sequence_number: pdu.sequence_number, command_status: smpp.ESME_RSYSERR}));
    if (status) {
      unanswered--;
      return session.send(pdu.response({command_status: status}));
    }
    held.push(() => answer(session, pdu));
    if (held.length >= (options.held || 1)) {
      // In the other order: answers belong to requests by number, not by order.
      held.reverse().forEach((f) => f());
      held = [];
    }
  });
});
server.listen(0, '127.0.0.1', () => tell({event: 'listening', port: server.address().port}));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // whoever started this is gone

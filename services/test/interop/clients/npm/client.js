// The client "smpp" of npm in one conversation with a message centre: it binds,
// submits four kinds of messages, waits for their receipts and for one message, and
// unbinds. What happens goes to the standard output, a line of JSON each.
//
// It is told by the environment: SMPP_HOST, SMPP_PORT, SMPP_SYSTEM_ID,
// SMPP_PASSWORD, SMPP_TO, and for TLS SMPP_CA, the file of the certificate.
'use strict';
const fs = require('fs');
const smpp = require('smpp');

const env = process.env;
const say = (event, facts) => process.stdout.write(JSON.stringify({event, ...facts}) + '\n');

const options = {host: env.SMPP_HOST, port: Number(env.SMPP_PORT)};
if (env.SMPP_CA) {
	Object.assign(options, {tls: true, ca: fs.readFileSync(env.SMPP_CA), servername: 'localhost'});
}

// Without data_coding it writes 1, ASCII, and means the GSM alphabet nevertheless.
const messages = [
	{what: 'gsm', data_coding: 0, short_message: 'Hyvää @ päivää €5 [ok]'},
	{what: 'ucs2', short_message: 'Привет, 世界'},
	{what: 'binary', data_coding: 4, short_message: Buffer.from([0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff, 0x00])},
	{what: 'part1', esm_class: 0x40, short_message: {udh: Buffer.from([5, 0, 3, 0x2a, 2, 1]), message: 'A'.repeat(153)}},
	{what: 'part2', esm_class: 0x40, short_message: {udh: Buffer.from([5, 0, 3, 0x2a, 2, 2]), message: 'B'.repeat(20)}},
];

const session = smpp.connect(options);
session.on('error', (err) => { say('error', {text: String(err)}); process.exitCode = 1; });
session.on('close', () => { say('closed'); clearTimeout(patience); });
const patience = setTimeout(() => { say('error', {text: 'patience is over'}); process.exit(1); }, 50000);

let receipts = 0, arrived = 0;

function finish() {
	if (receipts === messages.length && arrived === 1) {
		session.unbind((pdu) => { say('unbound', {status: pdu.command_status}); session.close(); });
	}
}

function submit() {
	for (const {what, ...fields} of messages) {
		const pdu = {
			source_addr_ton: 5, source_addr: 'Viesti', dest_addr_ton: 1, dest_addr_npi: 1,
			destination_addr: env.SMPP_TO, registered_delivery: 1, ...fields,
		};
		session.submit_sm(pdu, (resp) => say(resp.command_status === 0 ? 'accepted' : 'refused',
			{what, id: resp.message_id, status: resp.command_status}));
	}
}

session.on('deliver_sm', (pdu) => {
	session.send(pdu.response());
	const text = pdu.short_message.message;
	if ((pdu.esm_class & 0x3c) === 0x04) {
		receipts++;
		say('receipt', {
			id: /id:(\S+)/.exec(text)[1], stat: /stat:(\S+)/.exec(text)[1],
			parameter: pdu.receipted_message_id, state: pdu.message_state,
		});
	} else {
		arrived++;
		say('message', {from: pdu.source_addr, to: pdu.destination_addr, text});
	}
	finish();
});

function bind() {
	session.bind_transceiver({system_id: env.SMPP_SYSTEM_ID, password: env.SMPP_PASSWORD, interface_version: 0x34}, (pdu) => {
		if (pdu.command_status !== 0) {
			say('refused', {what: 'bind', status: pdu.command_status});
			session.close();
			return;
		}
		say('bound', {version: pdu.sc_interface_version});
		session.enquire_link((resp) => { say('alive', {status: resp.command_status}); submit(); });
	});
}
session.on(env.SMPP_CA ? 'secureConnect' : 'connect', bind);

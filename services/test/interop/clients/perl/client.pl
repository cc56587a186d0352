#!/usr/bin/perl
# Net::SMPP in one conversation with a message centre: it binds, submits four kinds
# of messages, waits for their receipts and for one message, and unbinds. What happens
# goes to the standard output, a line of JSON each.
#
# It is told by the environment: SMPP_HOST, SMPP_PORT, SMPP_SYSTEM_ID, SMPP_PASSWORD
# and SMPP_TO. The module speaks no TLS.
#
# The module drops whatever comes while it waits for a response itself; whoever wants
# deliveries reads every PDU, as here, and makes requests with async.
use strict;
use warnings;
use JSON::PP;
use Net::SMPP;

$| = 1;
my $json = JSON::PP->new->canonical;

sub say_event {
	my ($event, %facts) = @_;
	print $json->encode({event => $event, %facts}), "\n";
}

my ($smpp, $resp) = Net::SMPP->new_transceiver(
	$ENV{SMPP_HOST}, port => $ENV{SMPP_PORT}, system_id => $ENV{SMPP_SYSTEM_ID}, password => $ENV{SMPP_PASSWORD},
	enquire_interval => 0,
);
die "no connection: $!\n" unless $smpp;
if ($resp->status != 0) {
	say_event('refused', what => 'bind', status => $resp->status);
	exit 1;
}
say_event('bound');

my @messages = (
	# Hyvää @ päivää €5 [ok], in the GSM default alphabet
	[gsm => short_message => "Hyv\x7b\x7b \x00 p\x7biv\x7b\x7b \x1b\x655 \x1b\x3cok\x1b\x3e"],
	# Привет, 世界, in UCS2
	[ucs2 => data_coding => 8, short_message => pack('n*', 0x41f, 0x440, 0x438, 0x432, 0x435, 0x442, 0x2c, 0x20, 0x4e16, 0x754c)],
	[binary => data_coding => 4, short_message => "\x00\x01\x7f\x80\xfe\xff\x00"],
	[part1 => esm_class => 0x40, short_message => "\x05\x00\x03\x2a\x02\x01" . 'A' x 153],
	[part2 => esm_class => 0x40, short_message => "\x05\x00\x03\x2a\x02\x02" . 'B' x 20],
);

my %waiting;
for my $message (@messages) {
	my ($what, @fields) = @$message;
	my $seq = $smpp->submit_sm(
		source_addr_ton => 5, source_addr => 'Viesti', dest_addr_ton => 1, dest_addr_npi => 1,
		destination_addr => $ENV{SMPP_TO}, registered_delivery => 1, @fields, async => 1,
	);
	$waiting{$seq} = $what;
}

my ($receipts, $arrived) = (0, 0);
while ($receipts < @messages || !$arrived) {
	my $pdu = $smpp->read_pdu or do { say_event('error', text => 'the connection ended'); exit 1 };
	if ($pdu->cmd == Net::SMPP::CMD_submit_sm_resp) {
		say_event($pdu->status == 0 ? 'accepted' : 'refused',
			what => delete $waiting{$pdu->seq}, id => $pdu->{message_id}, status => $pdu->status);
	} elsif ($pdu->cmd == Net::SMPP::CMD_deliver_sm) {
		$smpp->deliver_sm_resp(seq => $pdu->seq, message_id => '');
		if (($pdu->{esm_class} & 0x3c) == 0x04) {
			$receipts++;
			my ($id) = $pdu->{short_message} =~ /id:(\S+)/;
			my ($stat) = $pdu->{short_message} =~ /stat:(\S+)/;
			(my $parameter = $pdu->{receipted_message_id}) =~ s/\0$//;
			say_event('receipt', id => $id, stat => $stat, parameter => $parameter, state => ord $pdu->{message_state});
		} else {
			$arrived++;
			say_event('message', from => $pdu->{source_addr}, to => $pdu->{destination_addr}, text => $pdu->{short_message});
		}
	} elsif ($pdu->cmd == Net::SMPP::CMD_enquire_link) {
		$smpp->enquire_link_resp(seq => $pdu->seq);
	}
}
my $end = $smpp->unbind;
say_event('unbound', status => $end->status);

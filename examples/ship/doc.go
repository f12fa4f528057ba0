// Command ship takes log records from many producers, collects them into batches, and
// writes each batch to a receiver, which keeps them in a file:
//
//	ship -receive 127.0.0.1:7071 -spool records
//	ship -listen 127.0.0.1:7070 -to 127.0.0.1:7071
//	ship -cat records
//
// Between the producers' connections and the one collector stands an [iocp.Port].
//
// # What a producer hears
//
// A producer connects, sends its name on a line, and hears "resume N D": N is the newest
// record that the shipper knows of, D the newest that is durable. Then it sends records,
// lines of a number and a text. The numbers grow; the first is above N. For each record it
// hears one of
//
//	accepted 17   the record is in the shipper's memory
//	dropped 17    there was no room; the record will not be delivered
//
// and for some, unasked,
//
//	durable 17    this record, and each one accepted before, is in the receiver's file
//
// # What holds
//
// After "durable" a record is in the file: the receiver has called fsync. No signal to any
// process, SIGKILL among them, takes it away again.
//
// After "accepted" a record is delivered as long as the shipper lives. At SIGTERM (Windows:
// Ctrl-Break) or an interrupt the shipper accepts nothing more, delivers what it has, and
// ends with status 0. If the receiver is away for longer than -grace, the shipper ends with
// status 1 and says how many records it had accepted and not delivered. SIGKILL loses what
// was accepted and is not durable. So a producer keeps a record until it is durable, and
// after a new "resume N D" sends what it has kept above N.
//
// The file has no record twice, and a producer's records in the order of their numbers,
// whoever is killed, and whichever connection breaks: the receiver knows the newest number
// of each producer and leaves out what is not above it. Between producers the order is that
// of acceptance.
//
// After "dropped", a record is lost. The shipper counts it, and says how many at the end;
// in the file its number is missing. With -full wait, the default, nothing is dropped. With
// -full drop, or a duration, the answer itself may be lost with a connection: a record that
// had none, and is not above the N of the next "resume", is either in the file or dropped.
//
// A name belongs to one producer, and a receiver to one shipper: the newest connection of
// either ends the former one.
package main

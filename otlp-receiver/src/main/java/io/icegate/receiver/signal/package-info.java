/**
 * Holds the terms in which servers, decoders and ingest speak about a request of any signal.
 * {@link io.icegate.receiver.signal.Encoding} tells how a payload is written,
 * {@link io.icegate.receiver.signal.Origin} for whom a thread works,
 * {@link io.icegate.receiver.signal.Acknowledgement} is the answer to a request that is durable, and
 * {@link io.icegate.receiver.signal.RefusedException} carries the {@link io.icegate.receiver.signal.Refusal} of one that is
 * not. The package imports no other package of the receiver, so that all of them may import it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.signal;

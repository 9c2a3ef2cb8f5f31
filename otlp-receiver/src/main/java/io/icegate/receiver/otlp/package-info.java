/**
 * Speaks OTLP to clients. {@link io.icegate.receiver.otlp.GrpcServer} and {@link io.icegate.receiver.otlp.OtlpServlet} take
 * requests of every served signal, decompress them within the byte budget and answer what the handler of the signal says;
 * {@link io.icegate.receiver.otlp.OtlpStatus} is the one table of error answers. {@link io.icegate.receiver.otlp.JettyAnswers}
 * and {@link io.icegate.receiver.otlp.Cors} cover what happens before a request is one, and
 * {@link io.icegate.receiver.otlp.RefusalLog} tells operators. The package imports {@code receiver.signal} and the handlers
 * of {@code receiver.ingest}, no decoder and no table.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.receiver.otlp;

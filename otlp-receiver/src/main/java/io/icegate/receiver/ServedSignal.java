package io.icegate.receiver;

import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.ingest.ExportHandler;
import io.icegate.receiver.ingest.SignalIngest;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.receiver.telemetry.SignalSpans;
import io.icegate.schema.TableShape;

import static java.util.Objects.requireNonNull;

/**
 * A signal that this receiver takes, and the table that its records go to.
 *
 * @param self takes own telemetry
 * @param spans record what happens to requests of clients
 */
record ServedSignal(OtlpSignal otlp, TableShape shape, RequestDecoder decoder, SignalIngest ingest, ExportHandler self, SignalSpans spans)
{
    ServedSignal
    {
        requireNonNull(otlp, "otlp is null");
        requireNonNull(shape, "shape is null");
        requireNonNull(decoder, "decoder is null");
        requireNonNull(ingest, "ingest is null");
        requireNonNull(self, "self is null");
        requireNonNull(spans, "spans is null");
    }
}

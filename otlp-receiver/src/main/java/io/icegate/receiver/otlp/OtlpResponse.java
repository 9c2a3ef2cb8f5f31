package io.icegate.receiver.otlp;

import io.icegate.receiver.signal.Acknowledgement;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsPartialSuccess;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;

import java.nio.charset.StandardCharsets;

/**
 * Success answers. Full success is the empty message.
 */
final class OtlpResponse
{
    private static final byte[] EMPTY_PROTOBUF = new byte[0];
    private static final byte[] EMPTY_JSON = {'{', '}'};

    private OtlpResponse() {}

    static byte[] logs(Acknowledgement acknowledgement)
    {
        if (acknowledgement.isFull()) {
            return EMPTY_PROTOBUF;
        }
        return ExportLogsServiceResponse.newBuilder()
                .setPartialSuccess(ExportLogsPartialSuccess.newBuilder()
                        .setRejectedLogRecords(acknowledgement.rejectedRecords())
                        .setErrorMessage(bounded(acknowledgement.message())))
                .build()
                .toByteArray();
    }

    static byte[] logsJson(Acknowledgement acknowledgement)
    {
        if (acknowledgement.isFull()) {
            return EMPTY_JSON;
        }
        return "{\"partialSuccess\":{\"rejectedLogRecords\":\"%s\",\"errorMessage\":%s}}"
                .formatted(acknowledgement.rejectedRecords(), JsonText.quote(bounded(acknowledgement.message())))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String bounded(String message)
    {
        return message.length() <= OtlpStatus.MESSAGE_LENGTH_MAX ? message : message.substring(0, OtlpStatus.MESSAGE_LENGTH_MAX) + "…";
    }
}

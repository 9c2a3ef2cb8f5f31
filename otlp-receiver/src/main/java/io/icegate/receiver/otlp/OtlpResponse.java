package io.icegate.receiver.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.icegate.receiver.signal.Acknowledgement;
import io.icegate.receiver.signal.OtlpSignal;

import java.nio.charset.StandardCharsets;

/**
 * Success answers. Full success is the empty message; a partial one has the same numbers for all signals.
 */
final class OtlpResponse
{
    private static final int PARTIAL_SUCCESS = 1;
    private static final int REJECTED = 1;
    private static final int ERROR_MESSAGE = 2;
    private static final byte[] EMPTY_PROTOBUF = new byte[0];
    private static final byte[] EMPTY_JSON = {'{', '}'};

    private OtlpResponse() {}

    static byte[] protobuf(Acknowledgement acknowledgement)
    {
        if (acknowledgement.isFull()) {
            return EMPTY_PROTOBUF;
        }
        UnknownFieldSet.Builder partial = UnknownFieldSet.newBuilder();
        if (acknowledgement.rejectedRecords() > 0) {
            partial.addField(REJECTED, UnknownFieldSet.Field.newBuilder().addVarint(acknowledgement.rejectedRecords()).build());
        }
        partial.addField(ERROR_MESSAGE, UnknownFieldSet.Field.newBuilder().addLengthDelimited(ByteString.copyFromUtf8(bounded(acknowledgement.message()))).build());
        return UnknownFieldSet.newBuilder()
                .addField(PARTIAL_SUCCESS, UnknownFieldSet.Field.newBuilder().addLengthDelimited(partial.build().toByteString()).build())
                .build()
                .toByteArray();
    }

    static byte[] json(OtlpSignal signal, Acknowledgement acknowledgement)
    {
        if (acknowledgement.isFull()) {
            return EMPTY_JSON;
        }
        return "{\"partialSuccess\":{\"%s\":\"%s\",\"errorMessage\":%s}}"
                .formatted(signal.rejectedField(), acknowledgement.rejectedRecords(), JsonText.quote(bounded(acknowledgement.message())))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String bounded(String message)
    {
        return message.length() <= OtlpStatus.MESSAGE_LENGTH_MAX ? message : message.substring(0, OtlpStatus.MESSAGE_LENGTH_MAX) + "…";
    }
}

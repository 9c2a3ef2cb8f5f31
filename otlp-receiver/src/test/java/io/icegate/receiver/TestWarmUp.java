package io.icegate.receiver;

import io.icegate.receiver.decode.DecodeLimits;
import io.icegate.receiver.decode.OtlpRequestDecoder;
import io.icegate.receiver.decode.RequestDecoder;
import io.icegate.receiver.signal.Encoding;
import io.icegate.receiver.signal.OtlpSignal;
import io.icegate.schema.Signal;
import org.junit.jupiter.api.Test;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

final class TestWarmUp
{
    @Test
    void testGoesThroughAllThatARequestNeeds()
    {
        RequestDecoder decoder = OtlpRequestDecoder.logs(DecodeLimits.DEFAULT, InstantSource.system());
        List<Encoding> encodings = new ArrayList<>();
        assertThat(WarmUp.run(OtlpSignal.LOGS, (payload, encoding, id, tenant) -> {
            encodings.add(encoding);
            return decoder.decode(payload, encoding, id, tenant);
        }, Signal.LOGS.shape()).footer().rows()).isEqualTo(2);
        assertThat(encodings).containsExactlyInAnyOrder(Encoding.values());
    }
}

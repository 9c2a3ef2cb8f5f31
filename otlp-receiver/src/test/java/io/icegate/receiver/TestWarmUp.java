package io.icegate.receiver;

import io.icegate.receiver.ingest.LogsReader;
import io.icegate.receiver.signal.Encoding;
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
        LogsReader decoding = new LogsDecoding(InstantSource.system());
        List<Encoding> encodings = new ArrayList<>();
        assertThat(WarmUp.run((request, id) -> {
            encodings.add(request.encoding());
            return decoding.read(request, id);
        }).footer().rows()).isEqualTo(2);
        assertThat(encodings).containsExactlyInAnyOrder(Encoding.values());
    }
}

package io.icegate.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * OTLP requests of one signal, no two of them alike: most records come from one of {@value #TEMPLATES} prepared requests, the last
 * one is new every time. A resource has 12 attributes, a record ten.
 */
abstract class ExportRequests
{
    private static final int TEMPLATES = 64;
    private static final int STRING_ATTRIBUTES = 7;
    private static final int NUMBER_ATTRIBUTES = 3;
    private static final int RESOURCE_ATTRIBUTES = 12;
    private static final long SEED = 20261121;

    private final List<byte[]> templates = new ArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final long now = InstantSource.system().millis() * 1_000_000;
    private final Resource resource = resource();
    private final InstrumentationScope scope = InstrumentationScope.newBuilder().setName("benchmark").build();
    private final int records;

    ExportRequests(int records)
    {
        this.records = records;
    }

    /**
     * Makes what all requests share; once, before the first request.
     */
    final void prepare()
    {
        for (int template = 0; template < TEMPLATES; template++) {
            templates.add(typical(resource, scope, records - 1).toByteArray());
        }
    }

    /**
     * A request with so many records.
     */
    abstract MessageLite typical(Resource resource, InstrumentationScope scope, int count);

    /**
     * A request with one small record that the number tells apart.
     */
    abstract MessageLite unique(Resource resource, InstrumentationScope scope, long number);

    final long bytesPerRecord()
    {
        return templates.getFirst().length / Math.max(records - 1, 1);
    }

    /**
     * A request that was never returned before.
     */
    final byte[] next()
    {
        long number = requests.getAndIncrement();
        byte[] template = templates.get((int) (number % TEMPLATES));
        byte[] unique = unique(resource, scope, number).toByteArray();
        // two messages one after the other are one message with the lists of both
        byte[] request = new byte[template.length + unique.length];
        System.arraycopy(template, 0, request, 0, template.length);
        System.arraycopy(unique, 0, request, template.length, unique.length);
        return request;
    }

    private static Resource resource()
    {
        Resource.Builder resource = Resource.newBuilder().addAttributes(attribute("service.name", "benchmark"));
        for (int index = 1; index < RESOURCE_ATTRIBUTES; index++) {
            resource.addAttributes(attribute("resource.attribute." + index, "value of the resource " + index));
        }
        return resource.build();
    }

    final List<KeyValue> attributes()
    {
        List<KeyValue> attributes = new ArrayList<>();
        for (int index = 0; index < STRING_ATTRIBUTES; index++) {
            attributes.add(attribute("text.attribute." + index, text(16)));
        }
        for (int index = 0; index < NUMBER_ATTRIBUTES; index++) {
            attributes.add(KeyValue.newBuilder()
                    .setKey("number.attribute." + index)
                    .setValue(AnyValue.newBuilder().setIntValue(random.nextInt(1_000_000)))
                    .build());
        }
        return attributes;
    }

    static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    final RandomGenerator random()
    {
        return random;
    }

    /**
     * When the benchmark began, in nanoseconds since 1970.
     */
    final long now()
    {
        return now;
    }

    final ByteString bytes(int length)
    {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    final String text(int characters)
    {
        byte[] bytes = new byte[characters / 2];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}

package io.icegate.benchmarks;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * OTLP requests of one signal, no two of them alike. Most records come from one of many prepared requests and get ids and times of
 * their own; the last one is new altogether. A resource has 12 attributes, a record ten, of which three are integers. Their values
 * are those of a web service: of many records, but of few kinds. Only the ids are random.
 */
abstract class ExportRequests
{
    /**
     * Records in all prepared requests: many, so that a segment hardly ever holds one twice.
     */
    static final int PREPARED_RECORDS = 32_000;
    private static final int TEMPLATES_MIN = 16;
    private static final int INSTANCES = 50;
    private static final int SESSIONS = 512;
    static final long SEED = 20261121;
    private static final List<String> METHODS = List.of("GET", "GET", "GET", "POST", "PUT", "DELETE");
    private static final List<String> ROUTES = List.of("orders", "carts", "users", "items", "offers", "payments");
    private static final List<String> HANDLERS = List.of("OrderService.submit", "CartService.update", "UserService.verify", "ItemService.lookup", "OfferService.choose", "PayService.charge");
    private static final List<Integer> STATUSES = List.of(200, 200, 200, 200, 200, 201, 204, 400, 404, 503);

    private record Template(byte[] request, FreshFields fresh) {}

    private final List<Template> templates = new ArrayList<>();
    private final AtomicLong requests = new AtomicLong();
    private final InstantSource clock = InstantSource.system();
    private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final List<String> sessions = new ArrayList<>();
    private final long now = clock.millis() * 1_000_000;
    private final InstrumentationScope scope = InstrumentationScope.newBuilder().setName("com.shop.checkout.Application").setVersion("1.4.2").build();
    private final int records;

    ExportRequests(int records)
    {
        this.records = records;
        for (int session = 0; session < SESSIONS; session++) {
            sessions.add("%016x%016x".formatted(random.nextLong(), random.nextLong()));
        }
    }

    /**
     * Makes what all requests share; once, before the first request.
     *
     * @param preparedRecords in all of it
     */
    final void prepare(int preparedRecords)
    {
        int count = Math.max(TEMPLATES_MIN, preparedRecords / records);
        for (int template = 0; template < count; template++) {
            byte[] request = typical(resource(template % INSTANCES), scope, records - 1).toByteArray();
            templates.add(new Template(request, FreshFields.of(request, freshFields())));
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

    /**
     * What is different in each request that comes from the same prepared one.
     */
    abstract FreshFields.Fields freshFields();

    final long bytesPerRecord()
    {
        return Math.round((double) templates.getFirst().request().length / Math.max(records - 1, 1));
    }

    /**
     * A request that was never returned before.
     */
    final byte[] next()
    {
        long number = requests.getAndIncrement();
        Template template = templates.get((int) (number % templates.size()));
        byte[] unique = unique(resource((int) (number % INSTANCES)), scope, number).toByteArray();
        // two messages one after the other are one message with the lists of both
        int length = template.request().length;
        byte[] request = new byte[length + unique.length];
        System.arraycopy(template.request(), 0, request, 0, length);
        template.fresh().freshen(request, new SplittableRandom(SEED + number), clock.millis() * 1_000_000 - now);
        System.arraycopy(unique, 0, request, length, unique.length);
        return request;
    }

    private static Resource resource(int instance)
    {
        return Resource.newBuilder()
                .addAttributes(attribute("service.name", "checkout-" + instance % 12))
                .addAttributes(attribute("service.namespace", "shop"))
                .addAttributes(attribute("service.instance.id", "00000000-0000-4000-8000-%012x".formatted(instance)))
                .addAttributes(attribute("service.version", "1.4." + instance % 3))
                .addAttributes(attribute("k8s.pod.name", "checkout-7c9f8d-" + instance))
                .addAttributes(attribute("k8s.namespace.name", "prod"))
                .addAttributes(attribute("k8s.node.name", "ip-10-0-%s-7.ec2.internal".formatted(instance % 20)))
                .addAttributes(attribute("host.arch", "amd64"))
                .addAttributes(attribute("os.type", "linux"))
                .addAttributes(attribute("telemetry.sdk.name", "opentelemetry"))
                .addAttributes(attribute("telemetry.sdk.language", "java"))
                .addAttributes(attribute("telemetry.sdk.version", "1.67.0"))
                .build();
    }

    final List<KeyValue> attributes()
    {
        int route = random.nextInt(ROUTES.size());
        return List.of(
                attribute("thread.name", "http-nio-8080-exec-" + (10 + random.nextInt(64))),
                attribute("code.function.name", "com.shop.checkout." + HANDLERS.get(route)),
                attribute("code.line.number", 100 + route * 37),
                attribute("http.request.method", random(METHODS)),
                attribute("url.path", "/api/v1/%s/%s".formatted(ROUTES.get(route), 1_000 + random.nextInt(200))),
                attribute("http.response.status_code", random(STATUSES)),
                attribute("client.address", "10.0.%s.%s".formatted(10 + random.nextInt(4), 100 + random.nextInt(100))),
                attribute("user.id", "user-%05d".formatted(random.nextInt(1_000))),
                attribute("session.id", random(sessions)),
                attribute("duration_ms", (int) Math.min(9_999, Math.round(Math.exp(2.5 + random.nextGaussian())))));
    }

    /**
     * A sentence as services log it, with so many characters.
     */
    final String sentence(int characters)
    {
        String sentence = switch (random.nextInt(6)) {
            case 0 -> "%s /api/v1/%s completed in %s ms with upstream cart-service; retry budget %s remaining, cache segment %s".formatted(random(METHODS), random(ROUTES), random.nextInt(300), random.nextInt(10), random.nextInt(32));
            case 1 -> "Failed to acquire connection from pool 'primary-%s' after %s ms, active=%s waiting=%s, the pool is exhausted".formatted(random.nextInt(4), 100 * random.nextInt(30), random.nextInt(64), random.nextInt(20));
            case 2 -> "Kafka consumer group checkout-events partition %s member %s lag %s committed its checkpoint".formatted(random.nextInt(32), random.nextInt(12), random.nextInt(500));
            case 3 -> "User session validated in realm %s, expires in %s s; feature flags resolved=%s".formatted(random(ROUTES), 60 * random.nextInt(60), random.nextInt(40));
            case 4 -> "Cache %s evicted %s entries after memory pressure, hit ratio 0.%s over the last minute".formatted(random(ROUTES), random.nextInt(1_000), 50 + random.nextInt(50));
            default -> "Order accepted with %s items for warehouse eu-%s, total %s.%s EUR, shipping class %s".formatted(1 + random.nextInt(9), random.nextInt(8), random.nextInt(200), 10 + random.nextInt(90), random(ROUTES));
        };
        StringBuilder text = new StringBuilder(sentence);
        while (text.length() < characters) {
            text.append(" component=checkout region=eu-central-1 attempt=").append(random.nextInt(3)).append(" outcome=ok");
        }
        return text.substring(0, characters);
    }

    private <T> T random(List<T> values)
    {
        return values.get(random.nextInt(values.size()));
    }

    static KeyValue attribute(String key, String value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)).build();
    }

    private static KeyValue attribute(String key, int value)
    {
        return KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setIntValue(value)).build();
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
}

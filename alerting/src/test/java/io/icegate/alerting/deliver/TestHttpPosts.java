package io.icegate.alerting.deliver;

import com.sun.net.httpserver.HttpServer;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestHttpPosts
{
    // generous: also a machine that is busy must answer within it
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final CountDownLatch ended = new CountDownLatch(1);
    private HttpServer server;
    private HttpPosts posts;

    @BeforeEach
    void start()
            throws IOException
    {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/echo", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Retry-After", "7");
            exchange.sendResponseHeaders(Integer.parseInt(exchange.getRequestHeaders().getFirst("Status")), body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/echo");
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        });
        server.createContext("/trickle", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try {
                while (!ended.await(100, MILLISECONDS)) {
                    exchange.getResponseBody().write('x');
                    exchange.getResponseBody().flush();
                }
            }
            catch (IOException | InterruptedException _) {
                // the client has gone
            }
            exchange.close();
        });
        server.start();
        posts = new HttpPosts(TIMEOUT, SystemDefaultDnsResolver.INSTANCE, Optional.empty(), InstantSource.system());
    }

    @AfterEach
    void stop()
            throws IOException
    {
        ended.countDown();
        posts.close();
        server.stop(0);
    }

    @Test
    void testAnswers()
            throws IOException
    {
        Answer answer = posts.post(uri("/echo"), Map.of("Status", "503"), "text".getBytes(UTF_8));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.retryAfter()).contains(Duration.ofSeconds(7));
        assertThat(answer.text()).isEqualTo("text");
        assertThat(posts.post(uri("/echo"), Map.of("Status", "200"), new byte[2 * Answer.BODY_BYTES_MAX]).body()).hasSize(Answer.BODY_BYTES_MAX);
        assertThat(posts.post(uri("/moved"), Map.of("Status", "200"), new byte[1]).status()).isEqualTo(307);
    }

    @Test
    void testTrickleEnds()
            throws IOException
    {
        Instant start = Instant.now();
        try (HttpPosts hasty = new HttpPosts(Duration.ofSeconds(1), SystemDefaultDnsResolver.INSTANCE, Optional.empty(), InstantSource.system())) {
            assertThatThrownBy(() -> hasty.post(uri("/trickle"), Map.of(), new byte[1])).isInstanceOf(IOException.class).hasMessage("no answer within 1 s");
        }
        assertThat(Duration.between(start, Instant.now())).isLessThan(TIMEOUT);
    }

    /**
     * Whatever the client throws when it is cut off, also in the middle of connecting.
     */
    @Test
    void testCutOffAtAnyMomentIsNoAnswer()
            throws IOException
    {
        for (int millis = 0; millis < 20; millis++) {
            try (HttpPosts hasty = new HttpPosts(Duration.ofMillis(millis), SystemDefaultDnsResolver.INSTANCE, Optional.empty(), InstantSource.system())) {
                hasty.post(uri("/echo"), Map.of("Status", "200"), new byte[1]);
            }
            catch (IOException _) {
                // all that may come
            }
        }
    }

    @Test
    void testPrivateAddressIsNotConnectedTo()
            throws Exception
    {
        // the second answer would be public: what was checked is what is connected to
        InetAddress[][] answers = {{InetAddress.getLoopbackAddress()}, {InetAddress.getByName("203.0.113.1")}};
        int[] asked = {0};
        try (HttpPosts guarded = new HttpPosts(TIMEOUT, new PublicAddresses(new DnsResolver()
        {
            @Override
            public InetAddress[] resolve(String host)
            {
                return answers[asked[0]++];
            }

            @Override
            public String resolveCanonicalHostname(String host)
            {
                return host;
            }
        }), Optional.empty(), InstantSource.system())) {
            assertThatThrownBy(() -> guarded.post(URI.create("http://hook.example:%s/echo".formatted(server.getAddress().getPort())), Map.of("Status", "200"), new byte[1]))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("no public address");
            assertThat(asked[0]).isEqualTo(1);
        }
        try (HttpPosts guarded = new HttpPosts(TIMEOUT, new PublicAddresses(), Optional.empty(), InstantSource.system())) {
            for (String host : new String[] {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"}) {
                assertThatThrownBy(() -> guarded.post(URI.create("http://%s:%s/echo".formatted(host, server.getAddress().getPort())), Map.of("Status", "200"), new byte[1]))
                        .describedAs(host)
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
            "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001::1",
    })
    void testNoPublicAddress(String address)
            throws UnknownHostException
    {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "100.63.0.1", "172.32.0.1", "198.20.0.1", "2606:4700::1111", "2a00::1", "2001:4860:4860::8888"})
    void testPublicAddress(String address)
            throws UnknownHostException
    {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void testRetryAfter()
    {
        Instant now = Instant.parse("2026-11-27T00:00:00Z");
        assertThat(Answer.retryAfter("Fri, 27 Nov 2026 00:00:30 GMT", now)).contains(Duration.ofSeconds(30));
        assertThat(Answer.retryAfter("Fri, 27 Nov 2026 00:00:30 GMT", now.plusSeconds(60))).contains(Duration.ZERO);
        assertThat(Answer.retryAfter("999999999", now)).contains(Answer.RETRY_AFTER_MAX);
        assertThat(Answer.retryAfter("soon", now)).isEmpty();
    }

    private URI uri(String path)
    {
        return URI.create("http://127.0.0.1:%s%s".formatted(server.getAddress().getPort(), path));
    }
}

package io.icegate.alerting.deliver;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

import javax.net.ssl.SSLContext;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

/**
 * Posts over HTTP/1.1, for any number of threads. Follows no redirect, repeats nothing and keeps no cookies. A post ends after its timeout whatever the
 * server does, also when it sends a byte a second.
 */
final class HttpPosts
        implements Posts, AutoCloseable
{
    /**
     * Posts at once to one server, more wait: so many hung requests cost a server nothing, and so many are enough for one that answers.
     */
    static final int CONNECTIONS_MAX = 16;

    private final CloseableHttpClient client;
    private final Duration timeout;
    private final InstantSource clock;
    private final ScheduledThreadPoolExecutor watchdog;

    /**
     * @param timeout of a whole post, from the first try to connect to the end of the answer
     * @param addresses what names lead to
     * @param tls trusted certificates; empty means those of Java
     */
    HttpPosts(Duration timeout, DnsResolver addresses, Optional<SSLContext> tls, InstantSource clock)
    {
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.client = client(timeout, addresses, tls);
        this.watchdog = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("alert-posts").factory());
        watchdog.setRemoveOnCancelPolicy(true);
    }

    private static CloseableHttpClient client(Duration timeout, DnsResolver addresses, Optional<SSLContext> tls)
    {
        Timeout bound = Timeout.of(timeout);
        PoolingHttpClientConnectionManagerBuilder connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(addresses)
                .setMaxConnPerRoute(CONNECTIONS_MAX)
                .setMaxConnTotal(CONNECTIONS_MAX)
                .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(bound).setSocketTimeout(bound).build());
        tls.ifPresent(context -> connections.setTlsSocketStrategy(new DefaultClientTlsStrategy(context)));
        return HttpClients.custom()
                .setConnectionManager(connections.build())
                .setDefaultRequestConfig(RequestConfig.custom().setConnectionRequestTimeout(bound).setResponseTimeout(bound).build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent("icegate-alerting")
                .build();
    }

    @Override
    public Answer post(URI uri, Map<String, String> headers, byte[] body)
            throws IOException
    {
        HttpPost request = new HttpPost(uri);
        headers.forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(body, null));
        AtomicBoolean late = new AtomicBoolean();
        Future<?> end = watchdog.schedule(() -> {
            late.set(true);
            request.abort();
        }, timeout.toMillis(), MILLISECONDS);
        try {
            return client.execute(request, this::answer);
        }
        catch (IOException | RuntimeException e) {
            // the client knows no word for a request that is aborted while it connects, and throws IllegalStateException
            if (late.get()) {
                InterruptedIOException timedOut = new InterruptedIOException("no answer within %s s".formatted(timeout.toSeconds()));
                timedOut.initCause(e);
                throw timedOut;
            }
            throw e;
        }
        finally {
            end.cancel(false);
        }
    }

    private Answer answer(ClassicHttpResponse response)
            throws IOException
    {
        Header retryAfter = response.getFirstHeader("Retry-After");
        byte[] body = new byte[0];
        if (response.getEntity() != null) {
            try (InputStream in = response.getEntity().getContent()) {
                body = in.readNBytes(Answer.BODY_BYTES_MAX);
            }
        }
        return new Answer(response.getCode(), retryAfter == null ? Optional.empty() : Answer.retryAfter(retryAfter.getValue(), clock.instant()), body);
    }

    @Override
    public void close()
            throws IOException
    {
        watchdog.shutdownNow();
        client.close();
    }
}

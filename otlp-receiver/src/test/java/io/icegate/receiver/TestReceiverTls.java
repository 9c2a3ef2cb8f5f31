package io.icegate.receiver;

import com.google.inject.Injector;
import io.airlift.bootstrap.LifeCycleManager;
import io.airlift.http.server.HttpServerInfo;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.ClientCalls;
import io.icegate.server.ServerStartException;
import io.icegate.server.access.KeyHash;
import io.icegate.server.tls.SelfSignedCertificate;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * TLS on both ports, with certificates that signed themselves: each is an authority of its own.
 */
@Execution(ExecutionMode.SAME_THREAD)
final class TestReceiverTls
{
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String KEY = "key-of-a-tls-test-0123456789";

    @TempDir
    private static Path certificates;

    private static SelfSignedCertificate server;
    private static SelfSignedCertificate nextServer;
    private static SelfSignedCertificate friend;
    private static SelfSignedCertificate stranger;

    @TempDir
    private Path folder;

    @BeforeAll
    static void createCertificates()
            throws IOException
    {
        server = certificate("server");
        nextServer = certificate("next-server");
        friend = certificate("friend");
        stranger = certificate("stranger");
    }

    private static SelfSignedCertificate certificate(String name)
            throws IOException
    {
        return SelfSignedCertificate.create(certificates.resolve(name + ".pem"), certificates.resolve(name + ".key"), List.of("dns:localhost", "ip:127.0.0.1"), new SecureRandom());
    }

    /**
     * A client that trusts one certificate, and perhaps has one.
     */
    private static final class Client
            implements AutoCloseable
    {
        private final TestingReceiver receiver;
        private final SelfSignedCertificate trusted;
        private final @Nullable SelfSignedCertificate own;
        private final SSLContext context;

        private Client(TestingReceiver receiver, SelfSignedCertificate trusted, @Nullable SelfSignedCertificate own)
                throws Exception
        {
            this.receiver = receiver;
            this.trusted = trusted;
            this.own = own;
            context = context(trusted, own);
        }

        /**
         * Sends one record over a new connection.
         */
        private Code grpc(String body)
                throws Exception
        {
            SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(trusted.certificate().toFile());
            if (own != null) {
                tls.keyManager(own.certificate().toFile(), own.privateKey().toFile());
            }
            return grpc(tls.build(), body);
        }

        private Code grpc(SslContext tls, String body)
                throws InterruptedException
        {
            ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", receiver.grpcPort()).sslContext(tls).build();
            try {
                StatusRuntimeException failure = catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, RawExport.LOGS, CallOptions.DEFAULT.withDeadlineAfter(PATIENCE), LogsClient.request(List.of(body))));
                if (failure == null) {
                    receiver.accepted().add(body);
                    return Code.OK;
                }
                return failure.getStatus().getCode();
            }
            finally {
                channel.shutdownNow();
                channel.awaitTermination(60, SECONDS);
            }
        }

        /**
         * Sends one record over a new connection, which resumes a session if it can.
         *
         * @return 0 when there is no connection
         */
        private int http(String body)
                throws Exception
        {
            try (HttpClient http = HttpClient.newBuilder().sslContext(context).build()) {
                HttpResponse<byte[]> response = http.send(
                        HttpRequest.newBuilder(URI.create("https://localhost:%s/v1/logs".formatted(receiver.httpPort())))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/x-protobuf")
                                .POST(HttpRequest.BodyPublishers.ofByteArray(LogsClient.request(List.of(body))))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
                if (response.statusCode() == 200) {
                    receiver.accepted().add(body);
                }
                return response.statusCode();
            }
            catch (IOException _) {
                return 0;
            }
        }

        @Override
        public void close() {}
    }

    private static SSLContext context(SelfSignedCertificate trusted, @Nullable SelfSignedCertificate own)
            throws Exception
    {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", read(trusted));
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trust);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        if (own != null) {
            String pem = Files.readString(own.privateKey()).replaceAll("-----[A-Z ]+-----", "");
            keys.setKeyEntry("client", KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem))), new char[0], new Certificate[] {read(own)});
        }
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private static Certificate read(SelfSignedCertificate certificate)
            throws Exception
    {
        try (InputStream in = Files.newInputStream(certificate.certificate())) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private TestingReceiver start(Map<String, String> further)
            throws IOException
    {
        install(server);
        Map<String, String> settings = new HashMap<>(settings());
        settings.putAll(further);
        return new TestingReceiver(settings);
    }

    private Map<String, String> settings()
    {
        return Map.of(
                "icegate.tenant.default", "default",
                "icegate.tls.certificate-file", folder.resolve("certificate.pem").toString(),
                "icegate.tls.private-key-file", folder.resolve("private-key.pem").toString());
    }

    /**
     * Puts a certificate into the files of the receiver, as somebody does who knows nothing of atomic moves.
     */
    private void install(SelfSignedCertificate certificate)
            throws IOException
    {
        Files.copy(certificate.certificate(), folder.resolve("certificate.pem"), REPLACE_EXISTING);
        Files.copy(certificate.privateKey(), folder.resolve("private-key.pem"), REPLACE_EXISTING);
    }

    @Test
    @OtlpRow({1, 24})
    void testRealExportersWithAKey()
            throws Exception
    {
        try (TestingReceiver receiver = start(Map.of("icegate.auth.keys", "sdk * " + KeyHash.of(KEY)))) {
            byte[] trusted = Files.readAllBytes(server.certificate());
            OtlpGrpcLogRecordExporterBuilder grpc = OtlpGrpcLogRecordExporter.builder().setEndpoint("https://localhost:%s".formatted(receiver.grpcPort())).setTimeout(PATIENCE).setRetryPolicy(null);
            OtlpHttpLogRecordExporterBuilder http = OtlpHttpLogRecordExporter.builder().setEndpoint("https://localhost:%s/v1/logs".formatted(receiver.httpPort())).setTimeout(PATIENCE).setRetryPolicy(null);
            assertThat(export(grpc.build(), "untrusted")).isFalse();
            assertThat(export(http.build(), "untrusted")).isFalse();
            grpc.setTrustedCertificates(trusted);
            http.setTrustedCertificates(trusted);
            assertThat(export(grpc.build(), "without key")).isFalse();
            assertThat(export(http.build(), "without key")).isFalse();
            assertThat(export(grpc.addHeader("authorization", "Bearer " + KEY).build(), "grpc")).isTrue();
            assertThat(export(http.addHeader("authorization", "Bearer " + KEY).build(), "http")).isTrue();
            receiver.accepted().addAll(List.of("grpc", "http"));
            receiver.verifyStored();
        }
    }

    private static boolean export(LogRecordExporter exporter, String body)
    {
        Outcome outcome = new Outcome(exporter);
        try (SdkLoggerProvider provider = SdkLoggerProvider.builder().addLogRecordProcessor(SimpleLogRecordProcessor.create(outcome)).build()) {
            provider.get("test").logRecordBuilder().setBody(body).emit();
            return outcome.result.join(PATIENCE.toSeconds(), SECONDS).isSuccess();
        }
    }

    /**
     * Remembers how an export ended.
     */
    private static final class Outcome
            implements LogRecordExporter
    {
        private final LogRecordExporter exporter;
        private CompletableResultCode result = CompletableResultCode.ofFailure();

        private Outcome(LogRecordExporter exporter)
        {
            this.exporter = exporter;
        }

        @Override
        public CompletableResultCode export(Collection<LogRecordData> logs)
        {
            result = exporter.export(logs);
            return result;
        }

        @Override
        public CompletableResultCode flush()
        {
            return exporter.flush();
        }

        @Override
        public CompletableResultCode shutdown()
        {
            return exporter.shutdown();
        }
    }

    @Test
    @OtlpRow({20, 24})
    void testOnlyTls()
            throws Exception
    {
        try (TestingReceiver receiver = start(Map.of());
                Client client = new Client(receiver, server, null);
                Client foreign = new Client(receiver, stranger, null)) {
            assertThat(client.grpc("over gRPC")).isEqualTo(Code.OK);
            assertThat(client.http("over HTTP")).isEqualTo(200);
            assertThat(foreign.grpc("not stored")).isEqualTo(Code.UNAVAILABLE);
            assertThat(foreign.http("not stored")).isZero();
            // plain text
            assertThatThrownBy(() -> receiver.client().export("not stored")).isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE));
            assertThatThrownBy(() -> receiver.client().post("application/x-protobuf", LogsClient.request(List.of("not stored")))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> receiver.client().page("/health")).isInstanceOf(IOException.class);
            for (int port : List.of(receiver.grpcPort(), receiver.httpPort())) {
                assertThat(handshake(port, client.context, "TLSv1.3")).isEqualTo("TLSv1.3");
                assertThat(handshake(port, client.context, "TLSv1.2")).isEqualTo("TLSv1.2");
                for (String old : List.of("TLSv1.1", "TLSv1")) {
                    assertThatThrownBy(() -> handshake(port, client.context, old)).as(old).isInstanceOf(IOException.class);
                }
            }
            receiver.verifyStored();
        }
    }

    /**
     * A second port for plain text would be one that nobody knows of.
     */
    @Test
    void testNoOtherPort()
            throws Exception
    {
        install(server);
        Injector injector = ReceiverServer.bootstrap()
                .setRequiredConfigurationProperties(TestingReceiver.config("memory:" + UUID.randomUUID(), settings()))
                .disableSystemProperties()
                .doNotInitializeLogging()
                .quiet()
                .initialize();
        try {
            HttpServerInfo http = injector.getInstance(HttpServerInfo.class);
            assertThat(http.getHttpsUri()).isNotNull();
            assertThat(http.getHttpUri()).isNull();
        }
        finally {
            injector.getInstance(LifeCycleManager.class).stop();
        }
    }

    private static String handshake(int port, SSLContext context, String protocol)
            throws IOException
    {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {protocol});
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
            return socket.getSession().getProtocol();
        }
    }

    @Test
    @OtlpRow(24)
    void testCertificateIsReplacedWhileItRuns()
            throws Exception
    {
        try (TestingReceiver receiver = start(Map.of());
                Client old = new Client(receiver, server, null);
                Client next = new Client(receiver, nextServer, null)) {
            assertThat(old.grpc("old over gRPC")).isEqualTo(Code.OK);
            assertThat(old.http("old over HTTP")).isEqualTo(200);
            assertThat(next.http("not stored")).isZero();
            install(nextServer);
            Deadlines.eventually("HTTP has the next certificate", () -> next.http("next over HTTP, at %s".formatted(System.nanoTime())) == 200);
            Deadlines.eventually("gRPC has the next certificate", () -> next.grpc("next over gRPC, at %s".formatted(System.nanoTime())) == Code.OK);
            assertThat(old.grpc("not stored")).isEqualTo(Code.UNAVAILABLE);
            assertThat(old.http("not stored")).isZero();
            // a key of another certificate changes nothing
            Files.copy(stranger.privateKey(), folder.resolve("private-key.pem"), REPLACE_EXISTING);
            assertThat(next.grpc("still over gRPC")).isEqualTo(Code.OK);
            assertThat(next.http("still over HTTP")).isEqualTo(200);
            receiver.verifyStored();
        }
    }

    @Test
    @OtlpRow(24)
    void testClientCertificates()
            throws Exception
    {
        Path authorities = Files.copy(friend.certificate(), folder.resolve("client-ca.pem"));
        try (TestingReceiver receiver = start(Map.of("icegate.tls.client-ca-file", authorities.toString()));
                Client none = new Client(receiver, server, null);
                Client wrong = new Client(receiver, server, stranger);
                Client right = new Client(receiver, server, friend)) {
            assertThat(right.grpc("over gRPC")).isEqualTo(Code.OK);
            assertThat(right.http("over HTTP")).isEqualTo(200);
            for (Client client : List.of(none, wrong)) {
                assertThat(client.grpc("not stored")).isEqualTo(Code.UNAVAILABLE);
                assertThat(client.http("not stored")).isZero();
            }
            // the authority goes, and sessions that it allowed go with it
            Files.copy(stranger.certificate(), authorities, REPLACE_EXISTING);
            Deadlines.eventually("HTTP trusts the next authority", () -> wrong.http("next over HTTP, at %s".formatted(System.nanoTime())) == 200);
            Deadlines.eventually("gRPC trusts the next authority", () -> wrong.grpc("next over gRPC, at %s".formatted(System.nanoTime())) == Code.OK);
            assertThat(right.grpc("not stored")).isEqualTo(Code.UNAVAILABLE);
            assertThat(right.http("not stored")).isZero();
            assertThat(none.http("not stored")).isZero();
            receiver.verifyStored();
        }
    }

    @Test
    void testMistakesInTheSettings()
            throws IOException
    {
        install(server);
        String certificate = folder.resolve("certificate.pem").toString();
        assertNoStart(Map.of("icegate.tls.certificate-file", certificate), "icegate.tls.certificate-file and icegate.tls.private-key-file need each other");
        assertNoStart(Map.of("icegate.tls.client-ca-file", certificate), "icegate.tls.client-ca-file needs both");
        assertNoStart(Map.of("icegate.tls.certificate-file", certificate, "icegate.tls.private-key-file", stranger.privateKey().toString()), "the private key is not that of the certificate");
        assertNoStart(Map.of("icegate.tls.certificate-file", certificate, "icegate.tls.private-key-file", folder.resolve("none").toString()), "icegate.tls.private-key-file");
        assertNoStart(Map.of("icegate.tls.certificate", certificate), "icegate.tls.certificate");
        assertNoStart(Map.of("icegate.auth.keys-file", certificate), "Cannot use keys of icegate.auth.keys-file %s: line 1: ".formatted(certificate));
    }

    private static void assertNoStart(Map<String, String> settings, String message)
    {
        assertThatThrownBy(() -> new TestingReceiver(settings).close()).isInstanceOf(ServerStartException.class).hasMessageContaining(message);
    }
}

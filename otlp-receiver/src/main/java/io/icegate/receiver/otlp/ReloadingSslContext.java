package io.icegate.receiver.otlp;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.icegate.server.reload.ReloadedFiles;
import io.icegate.server.tls.JettyTls;
import io.icegate.server.tls.TlsMaterial;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * TLS of gRPC with the certificates that are in force when a client connects. A change makes a new context, rather than new contents of
 * the old one: sessions that clients resume end with it, and with them what a removed authority allowed.
 */
final class ReloadingSslContext
        extends SslContext
{
    private volatile SslContext current;

    ReloadingSslContext(ReloadedFiles<TlsMaterial> material)
    {
        current = context(material.current());
        material.onChange(changed -> current = context(changed));
    }

    private static SslContext context(TlsMaterial material)
    {
        try {
            SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(material.privateKey(), material.certificates()))
                    .protocols(JettyTls.PROTOCOLS);
            if (material.isClientCertificateNeeded()) {
                builder.trustManager(material.clientAuthorities().toArray(X509Certificate[]::new)).clientAuth(ClientAuth.REQUIRE);
            }
            return builder.build();
        }
        catch (SSLException e) {
            throw new IllegalArgumentException("gRPC cannot use them", e);
        }
    }

    @Override
    public boolean isClient()
    {
        return false;
    }

    @Override
    public List<String> cipherSuites()
    {
        return current.cipherSuites();
    }

    @Override
    @SuppressWarnings("deprecation") // has no successor in the class that we extend
    public ApplicationProtocolNegotiator applicationProtocolNegotiator()
    {
        return current.applicationProtocolNegotiator();
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator)
    {
        return current.newEngine(allocator);
    }

    @Override
    public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort)
    {
        return current.newEngine(allocator, peerHost, peerPort);
    }

    @Override
    public SSLSessionContext sessionContext()
    {
        return current.sessionContext();
    }
}

package io.icegate.server.tls;

import io.airlift.configuration.Config;
import io.airlift.configuration.ConfigDescription;
import io.airlift.configuration.validation.FileExists;
import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import jakarta.validation.constraints.AssertTrue;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Certificates of a server, for all its ports.
 */
public class TlsConfig
{
    private Optional<Path> certificateFile = Optional.empty();
    private Optional<Path> privateKeyFile = Optional.empty();
    private Optional<Path> clientCaFile = Optional.empty();

    public Optional<@FileExists Path> getCertificateFile()
    {
        return certificateFile;
    }

    @Config("icegate.tls.certificate-file")
    @ConfigDescription("PEM file of the server's certificate, followed by those that signed it; with it all ports serve TLS and nothing else. Read again when it changes")
    public TlsConfig setCertificateFile(@Nullable Path certificateFile)
    {
        this.certificateFile = Optional.ofNullable(certificateFile);
        return this;
    }

    public Optional<@FileExists Path> getPrivateKeyFile()
    {
        return privateKeyFile;
    }

    @Config("icegate.tls.private-key-file")
    @ConfigDescription("PEM file of the certificate's private key, without password; may be the same file")
    public TlsConfig setPrivateKeyFile(@Nullable Path privateKeyFile)
    {
        this.privateKeyFile = Optional.ofNullable(privateKeyFile);
        return this;
    }

    public Optional<@FileExists Path> getClientCaFile()
    {
        return clientCaFile;
    }

    @Config("icegate.tls.client-ca-file")
    @ConfigDescription("PEM file of authorities; with it every client needs a certificate that one of them signed")
    public TlsConfig setClientCaFile(@Nullable Path clientCaFile)
    {
        this.clientCaFile = Optional.ofNullable(clientCaFile);
        return this;
    }

    @AssertTrue(message = "icegate.tls.certificate-file and icegate.tls.private-key-file need each other, and icegate.tls.client-ca-file needs both")
    public boolean isComplete()
    {
        return certificateFile.isPresent() == privateKeyFile.isPresent() && (clientCaFile.isEmpty() || certificateFile.isPresent());
    }

    /**
     * Reads the files; empty without a certificate.
     *
     * @param reloads looks for new certificates
     * @throws IllegalArgumentException when they cannot be used
     */
    public Optional<ReloadedFiles<TlsMaterial>> material(FileReloads reloads)
    {
        if (certificateFile.isEmpty()) {
            return Optional.empty();
        }
        List<Path> files = new ArrayList<>(List.of(certificateFile.orElseThrow(), privateKeyFile.orElseThrow()));
        clientCaFile.ifPresent(files::add);
        String names = files.stream().map(Path::toString).collect(Collectors.joining(", "));
        return Optional.of(reloads.watch(new ReloadedFiles<>("certificates of icegate.tls (%s)".formatted(names), files, TlsMaterial::read)));
    }
}

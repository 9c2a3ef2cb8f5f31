package io.icegate.standalone;

import io.icegate.server.access.KeyHash;
import io.icegate.server.tls.SelfSignedCertificate;
import io.icegate.standalone.console.CommandException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

/**
 * Certificate and keys of {@code start --secure}, made once and kept in the data folder. What is there is used as it is, so that a
 * certificate, a key or a list of keys of one's own can take its place.
 */
record SecureFiles(Path folder)
{
    private static final int KEY_BYTES = 32;
    private static final Pattern HOST_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

    SecureFiles
    {
        requireNonNull(folder, "folder is null");
    }

    static SecureFiles in(Path data)
    {
        return new SecureFiles(data.toAbsolutePath().normalize().resolve("secure"));
    }

    /**
     * Makes what is absent.
     *
     * @param random unpredictable
     */
    void create(RandomGenerator random)
    {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(certificate())) {
                // of a start that did not get far
                Files.deleteIfExists(privateKey());
                SelfSignedCertificate.create(certificate(), privateKey(), names(), random);
            }
            if (!Files.exists(key())) {
                byte[] key = new byte[KEY_BYTES];
                random.nextBytes(key);
                SelfSignedCertificate.writePrivate(key(), Base64.getUrlEncoder().withoutPadding().encodeToString(key) + "\n");
            }
            if (!Files.exists(keys())) {
                SelfSignedCertificate.writePrivate(keys(), "# name tenants hash, see docs/operations/security.md; read again when it changes\nstandalone * %s\n".formatted(KeyHash.of(readKey())));
            }
        }
        catch (IOException e) {
            throw new CommandException("Cannot make certificate and key in %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    private static List<String> names()
    {
        List<String> names = new ArrayList<>(List.of("dns:localhost", "ip:127.0.0.1", "ip:0:0:0:0:0:0:0:1"));
        try {
            String host = InetAddress.getLocalHost().getHostName();
            if (HOST_NAME.matcher(host).matches() && !host.equals("localhost")) {
                names.add("dns:" + host);
            }
        }
        catch (UnknownHostException _) {
            // the machine has no name
        }
        return names;
    }

    Path certificate()
    {
        return folder.resolve("certificate.pem");
    }

    private Path privateKey()
    {
        return folder.resolve("private-key.pem");
    }

    /**
     * The key itself, for exporters on this machine.
     */
    Path key()
    {
        return folder.resolve("key");
    }

    /**
     * @throws CommandException when there is none, or it cannot be read
     */
    String readKey()
    {
        try {
            return Files.readString(key(), US_ASCII).strip();
        }
        catch (IOException e) {
            throw new CommandException("Cannot read the key of %s: %s".formatted(key(), e), e);
        }
    }

    private Path keys()
    {
        return folder.resolve("keys");
    }

    /**
     * Keys of the receiver's configuration.
     */
    Map<String, String> configuration()
    {
        return Map.of(
                "icegate.tls.certificate-file", certificate().toString(),
                "icegate.tls.private-key-file", privateKey().toString(),
                "icegate.auth.keys-file", keys().toString());
    }

    /**
     * Settings of every SDK, to be pasted into a shell. They read the key from its file: it shall not be in the log of a terminal.
     */
    String greeting(Running.ReceiverPorts ports)
    {
        return """


               OTLP needs TLS and a key, SQL needs neither. Settings of exporters on this machine:
                 export OTEL_EXPORTER_OTLP_ENDPOINT=%s
                 export OTEL_EXPORTER_OTLP_CERTIFICATE=%s
                 export OTEL_EXPORTER_OTLP_HEADERS="x-api-key=$(cat %s)"
               For gRPC the endpoint is https://localhost:%s. More keys: docs/operations/security.md"""
                .formatted(ports.httpAddress(), quoted(certificate()), quoted(key()), ports.grpc());
    }

    /**
     * As a shell takes it, whatever is in the name.
     */
    private static String quoted(Path file)
    {
        return "'%s'".formatted(file.toString().replace("'", "'\\''"));
    }
}

package io.icegate.server.tls;

import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import static io.airlift.configuration.testing.ConfigAssertions.assertFullMapping;
import static io.airlift.configuration.testing.ConfigAssertions.assertRecordedDefaults;
import static io.airlift.configuration.testing.ConfigAssertions.recordDefaults;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestTlsConfig
{
    @TempDir
    private static Path folder;

    private static SelfSignedCertificate one;
    private static SelfSignedCertificate other;

    @BeforeAll
    static void create()
            throws IOException
    {
        one = SelfSignedCertificate.create(folder.resolve("one.pem"), folder.resolve("one.key"), List.of("dns:localhost", "ip:127.0.0.1"), new SecureRandom());
        other = SelfSignedCertificate.create(folder.resolve("other.pem"), folder.resolve("other.key"), List.of("dns:localhost"), new SecureRandom());
    }

    @Test
    void testDefaults()
    {
        assertRecordedDefaults(recordDefaults(TlsConfig.class)
                .setCertificateFile(null)
                .setPrivateKeyFile(null)
                .setClientCaFile(null));
    }

    @Test
    void testExplicitPropertyMappings()
    {
        assertFullMapping(
                Map.of(
                        "icegate.tls.certificate-file", one.certificate().toString(),
                        "icegate.tls.private-key-file", one.privateKey().toString(),
                        "icegate.tls.client-ca-file", other.certificate().toString()),
                new TlsConfig().setCertificateFile(one.certificate()).setPrivateKeyFile(one.privateKey()).setClientCaFile(other.certificate()));
    }

    @Test
    void testComplete()
    {
        assertThat(new TlsConfig().isComplete()).isTrue();
        assertThat(config(one.certificate(), one.privateKey()).isComplete()).isTrue();
        assertThat(config(one.certificate(), one.privateKey()).setClientCaFile(other.certificate()).isComplete()).isTrue();
        assertThat(new TlsConfig().setCertificateFile(one.certificate()).isComplete()).isFalse();
        assertThat(new TlsConfig().setPrivateKeyFile(one.privateKey()).isComplete()).isFalse();
        assertThat(new TlsConfig().setClientCaFile(other.certificate()).isComplete()).isFalse();
    }

    @Test
    void testMaterial()
            throws IOException
    {
        TlsMaterial material = material(config(one.certificate(), one.privateKey())).orElseThrow();
        assertThat(material.isClientCertificateNeeded()).isFalse();
        assertThat(material.certificates().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=IceGate");
        assertThat(material(config(one.certificate(), one.privateKey()).setClientCaFile(other.certificate())).orElseThrow().isClientCertificateNeeded()).isTrue();
        Path both = Files.writeString(folder.resolve("both.pem"), Files.readString(one.privateKey()) + Files.readString(one.certificate()));
        assertThat(material(config(both, both)).orElseThrow()).isEqualTo(material);
        assertThat(material(new TlsConfig())).isEmpty();
    }

    @Test
    void testMistakes()
            throws IOException
    {
        String text = Files.readString(one.privateKey()).lines().skip(1).findFirst().orElseThrow();
        Path damaged = Files.writeString(folder.resolve("damaged.key"), Files.readString(one.privateKey()).replace(text.substring(0, 8), "AAAAAAAA"));
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertMistake(config(one.certificate(), other.privateKey()), "the private key is not that of the certificate");
        assertMistake(config(one.certificate(), one.certificate()), "there is no private key in PEM, without password, that can be read");
        assertMistake(config(one.certificate(), damaged), "there is no private key in PEM, without password, that can be read");
        assertMistake(config(one.privateKey(), one.privateKey()), "there is no certificate in PEM");
        assertMistake(config(empty, one.privateKey()), "there is no certificate in PEM");
        assertMistake(config(one.certificate(), one.privateKey()).setClientCaFile(empty), "there is no certificate of an authority in PEM");
    }

    @Test
    void testOnlyTheOwnerReadsThePrivateKey()
            throws IOException
    {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(one.privateKey()))).isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).as("what keytool made is gone").noneMatch(file -> file.endsWith(".p12"));
        }
        assertThatThrownBy(() -> SelfSignedCertificate.create(folder.resolve("third.pem"), folder.resolve("third.key"), List.of("nonsense"), new SecureRandom()))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("keytool: ");
        assertThat(folder.resolve("third.key")).doesNotExist();
    }

    private static TlsConfig config(Path certificate, Path privateKey)
    {
        return new TlsConfig().setCertificateFile(certificate).setPrivateKeyFile(privateKey);
    }

    private static Optional<TlsMaterial> material(TlsConfig config)
    {
        try (FileReloads reloads = new FileReloads()) {
            return config.material(reloads).map(ReloadedFiles::current);
        }
    }

    private static void assertMistake(TlsConfig config, String message)
    {
        assertThatThrownBy(() -> material(config)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("Cannot use certificates of icegate.tls (").hasMessageEndingWith(message);
    }
}

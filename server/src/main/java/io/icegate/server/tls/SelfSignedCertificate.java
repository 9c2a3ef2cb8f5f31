package io.icegate.server.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * A certificate that signed itself, for a server that has no other: clients trust it by name. Made by the {@code keytool} of this JDK.
 *
 * @param certificate PEM file, which clients need
 * @param privateKey PEM file that only its owner can read
 */
public record SelfSignedCertificate(Path certificate, Path privateKey)
{
    private static final String ALIAS = "icegate";
    private static final String PASSWORD_VARIABLE = "ICEGATE_KEYTOOL_PASSWORD";
    private static final int PASSWORD_BYTES = 16;
    private static final int VALID_DAYS = 3_650;
    private static final int PATIENCE_SECONDS = 60;
    private static final int OUTPUT_BYTES_MAX = 4_096;

    public SelfSignedCertificate
    {
        requireNonNull(certificate, "certificate is null");
        requireNonNull(privateKey, "privateKey is null");
    }

    /**
     * Makes certificate and key. The certificate is written last: when it is there, so is the key.
     *
     * @param names that clients call the server by, for example {@code dns:localhost} and {@code ip:127.0.0.1}
     */
    public static SelfSignedCertificate create(Path certificate, Path privateKey, List<String> names, RandomGenerator random)
            throws IOException
    {
        byte[] bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        String password = HexFormat.of().formatHex(bytes);
        Path store = privateKey.resolveSibling(privateKey.getFileName() + ".p12");
        try {
            keytool(store, names, password);
            KeyStore made = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                made.load(in, password.toCharArray());
            }
            writePrivate(privateKey, pem("PRIVATE KEY", made.getKey(ALIAS, password.toCharArray()).getEncoded()));
            Files.writeString(certificate, pem("CERTIFICATE", made.getCertificate(ALIAS).getEncoded()), US_ASCII, CREATE_NEW, WRITE);
        }
        catch (GeneralSecurityException e) {
            throw new IOException("Cannot read what keytool made", e);
        }
        finally {
            Files.deleteIfExists(store);
        }
        return new SelfSignedCertificate(certificate, privateKey);
    }

    private static void keytool(Path store, List<String> names, String password)
            throws IOException
    {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-noprompt",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-sigalg",
                "SHA256withECDSA",
                "-validity",
                Integer.toString(VALID_DAYS),
                "-dname",
                "CN=IceGate",
                "-ext",
                "SAN=" + names.stream().collect(Collectors.joining(",")),
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass:env",
                PASSWORD_VARIABLE)
                .redirectErrorStream(true);
        builder.environment().put(PASSWORD_VARIABLE, password);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readNBytes(OUTPUT_BYTES_MAX), US_ASCII).strip();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, SECONDS)) {
                throw new IOException("keytool does not end");
            }
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while keytool runs", e);
        }
        finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool: " + output);
        }
    }

    private static String pem(String type, byte[] content)
    {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content), type);
    }

    /**
     * Writes a new file that nobody but its owner could ever read.
     */
    public static void writePrivate(Path file, String text)
            throws IOException
    {
        FileAttribute<?>[] attributes = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
        try (SeekableByteChannel channel = Files.newByteChannel(file, Set.of(CREATE_NEW, WRITE), attributes)) {
            ByteBuffer content = ByteBuffer.wrap(text.getBytes(US_ASCII));
            while (content.hasRemaining()) {
                channel.write(content);
            }
        }
    }
}

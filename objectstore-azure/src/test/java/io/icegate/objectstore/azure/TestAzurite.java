package io.icegate.objectstore.azure;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.icegate.objectstore.AbstractTestObjectStore;
import io.icegate.objectstore.ObjectStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

/**
 * The contract against Azurite, Microsoft's emulator, where a machine has it ({@code npm install -g azurite}): {@code azurite-blob} is on the
 * {@code PATH}, or {@code ICEGATE_TEST_AZURITE} names it.
 */
@EnabledIf(value = "isInstalled", disabledReason = "there is no azurite-blob on the PATH, and ICEGATE_TEST_AZURITE names none")
@TestInstance(PER_CLASS)
final class TestAzurite
        extends AbstractTestObjectStore
{
    private static final String ACCOUNT = "devstoreaccount1";
    /**
     * The key of that account in every Azurite, as its documentation says.
     */
    private static final String KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static final String CONTAINER = "lake";
    private static final int START_SECONDS_MAX = 120;

    private Process process;
    private String endpoint;
    private int stores;
    private String prefix = "";

    static boolean isInstalled()
    {
        return program().isPresent();
    }

    private static Optional<Path> program()
    {
        return Optional.ofNullable(System.getenv("ICEGATE_TEST_AZURITE"))
                .map(Path::of)
                .or(() -> Stream.of(System.getenv().getOrDefault("PATH", "").split(Pattern.quote(File.pathSeparator)))
                        .map(folder -> Path.of(folder, "azurite-blob"))
                        .filter(Files::isExecutable)
                        .findFirst());
    }

    @BeforeAll
    void start(@TempDir Path folder)
            throws IOException, InterruptedException
    {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        // it knows older versions of the API than the client asks for
        process = new ProcessBuilder(program().orElseThrow().toString(), "--blobHost", "127.0.0.1", "--blobPort", Integer.toString(port), "--location", folder.toString(), "--skipApiVersionCheck", "--silent")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("azurite.log").toFile())
                .start();
        endpoint = "http://127.0.0.1:%s/%s".formatted(port, ACCOUNT);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!answers(port)) {
            assertThat(process.isAlive()).as("Azurite runs: %s", Files.readString(folder.resolve("azurite.log"))).isTrue();
            assertThat(System.nanoTime()).as("Azurite starts within %s s", START_SECONDS_MAX).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
        BlobContainerClient container = new BlobContainerClientBuilder()
                .endpoint(endpoint)
                .credential(new StorageSharedKeyCredential(ACCOUNT, KEY))
                .containerName(CONTAINER)
                .buildClient();
        container.create();
    }

    private static boolean answers(int port)
    {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        }
        catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    void stop()
            throws InterruptedException
    {
        process.destroyForcibly().waitFor();
    }

    @Override
    protected ObjectStore createStore()
    {
        stores++;
        prefix = "contract-" + stores;
        return open();
    }

    @Override
    protected ObjectStore reopen(ObjectStore first)
    {
        return open();
    }

    private ObjectStore open()
    {
        return AzureObjectStore.open("%s@%s.dfs.core.windows.net".formatted(CONTAINER, ACCOUNT), prefix, Map.of(
                AzureProperties.ENDPOINT, endpoint,
                AzureProperties.ACCOUNT_NAME, ACCOUNT,
                AzureProperties.ACCOUNT_KEY, KEY,
                AzureProperties.PUT_TIMEOUT_MILLIS, "20000"));
    }

    @Override
    protected int rounds()
    {
        return 10;
    }

    /**
     * Azurite orders names beyond U+FFFF by UTF-16.
     */
    @Override
    protected void testUnusualKeys() {}
}

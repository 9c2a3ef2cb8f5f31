package io.icegate.warehouse;

import io.icegate.objectstore.ObjectKey;
import io.icegate.objectstore.PutOutcome;
import io.icegate.objectstore.Warehouse;
import io.icegate.objectstore.memory.MemoryObjectStore;
import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestWarehouses
{
    private static final ObjectKey KEY = new ObjectKey("a/b");

    @TempDir
    private Path folder;

    @Test
    void testOneSpelling()
    {
        assertThat(Warehouses.open("file:/data/wh", Map.of()).root()).isEqualTo("file:/data/wh");
        assertThat(Warehouses.open("file:///data/wh/", Map.of()).root()).isEqualTo("file:/data/wh");
        assertThat(Warehouses.open("/data/wh//", Map.of()).root()).isEqualTo("file:/data/wh");
        assertThat(Warehouses.open("memory:testOneSpelling/", Map.of()).root()).isEqualTo("memory:testOneSpelling");
        assertThat(Warehouses.canonical("s3://bucket/wh/")).isEqualTo("s3://bucket/wh");
        assertThat(Warehouses.canonical("s3://bucket")).isEqualTo("s3://bucket");
        MemoryObjectStore.forget("testOneSpelling");
    }

    @Test
    void testFile()
            throws IOException
    {
        Warehouse warehouse = Warehouses.open(folder.toUri().toString(), Map.of());
        warehouse.store().putIfAbsent(KEY, "x".getBytes(UTF_8));
        assertThat(folder.resolve("a/b")).hasContent("x");
        assertThat(warehouse.location(KEY)).isEqualTo("file:" + folder + "/a/b");
        assertThat(warehouse.key("file:" + folder + "/a/b")).contains(KEY);
    }

    @Test
    void testMemoryIsSharedByName()
            throws IOException
    {
        Warehouses.open("memory:testMemory", Map.of()).store().put(KEY, "x".getBytes(UTF_8));
        assertThat(Warehouses.open("memory:testMemory", Map.of()).store().get(KEY)).isPresent();
        assertThat(Warehouses.open("memory:testMemory2", Map.of()).store().get(KEY)).isEmpty();
        MemoryObjectStore.forget("testMemory");
        MemoryObjectStore.forget("testMemory2");
    }

    @Test
    void testS3()
            throws IOException
    {
        try (StrictS3Server server = StrictS3Server.start()) {
            Map<String, String> properties = new HashMap<>(server.properties());
            // the first request of this JVM may come here, on a busy machine: the deadline is not what is tested
            properties.put("icegate.s3.put-timeout-millis", "60000");
            Warehouse warehouse = Warehouses.open("s3://lake/wh", properties);
            assertThat(warehouse.store().putIfAbsent(KEY, "x".getBytes(UTF_8))).isEqualTo(PutOutcome.WRITTEN);
            assertThat(server.keys("lake")).containsExactly("wh/a/b");
            assertThat(warehouse.location(KEY)).isEqualTo("s3://lake/wh/a/b");
            warehouse.store().close();
        }
    }

    @Test
    void testUnknownLocations()
    {
        for (String location : new String[] {"", "relative/path", "gs:/bucket/x", "gs://", "abfss://account.dfs.core.windows.net/x", "abfss://@host/x", "s3:/bucket", "s3://", "memory:", "file:relative", "hdfs://host/x"}) {
            assertThatThrownBy(() -> Warehouses.open(location, Map.of())).as(location).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot open location '%s'".formatted(location));
        }
    }

    @Test
    void testNamesTheMissingJar()
    {
        assertThatThrownBy(() -> Warehouses.open("gs://bucket/wh/", Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot open warehouse gs://bucket/wh: the jar objectstore-gcs is not on the class path");
        assertThatThrownBy(() -> Warehouses.open("abfss://box@account.dfs.core.windows.net", Map.of())).isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot open warehouse abfss://box@account.dfs.core.windows.net/: the jar objectstore-azure is not on the class path");
    }

    @Test
    void testClouds()
    {
        assertThat(Warehouses.canonical("gs://bucket/wh/")).isEqualTo("gs://bucket/wh");
        assertThat(Warehouses.widestRoot("gs://bucket/wh/a")).isEqualTo("gs://bucket");
        assertThat(Warehouses.canonical("abfss://box@account.dfs.core.windows.net/wh//")).isEqualTo("abfss://box@account.dfs.core.windows.net/wh");
        assertThat(Warehouses.widestRoot("abfss://box@account.dfs.core.windows.net/wh")).isEqualTo("abfss://box@account.dfs.core.windows.net");
        for (String priced : new String[] {"s3://bucket", "gs://bucket/wh", "abfss://box@account.dfs.core.windows.net/wh"}) {
            assertThat(Warehouses.isPriced(priced)).as(priced).isTrue();
            assertThat(Warehouses.isLocal(priced)).as(priced).isFalse();
        }
        assertThat(Warehouses.isPriced("file:/data")).isFalse();
        assertThat(Warehouses.isLocal("file:/data")).isTrue();
    }

    @Test
    void testWorksWithoutTheAwsSdk()
            throws Exception
    {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator"), -1))
                .filter(entry -> !entry.contains("awssdk"))
                .map(TestWarehouses::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            assertThatThrownBy(() -> loader.loadClass("software.amazon.awssdk.services.s3.S3Client")).isInstanceOf(ClassNotFoundException.class);
            Class<?> warehouses = loader.loadClass(Warehouses.class.getName());
            assertThat(warehouses).isNotEqualTo(Warehouses.class);
            assertThat(open(warehouses, "file:" + folder)).hasToString("Warehouse[root=file:%s, store=file:%s]".formatted(folder, folder));
            assertThat(open(warehouses, "memory:x")).isNotNull();
            assertThatThrownBy(() -> open(warehouses, "s3://bucket/wh")).hasRootCauseInstanceOf(ClassNotFoundException.class)
                    .cause().hasMessageContaining("Cannot open warehouse s3://bucket/wh: the AWS SDK is not on the class path");
        }
    }

    private static Object open(Class<?> warehouses, String location)
            throws ReflectiveOperationException
    {
        return warehouses.getMethod("open", String.class, Map.class).invoke(null, location, Map.of());
    }

    private static URL url(String entry)
    {
        try {
            return Path.of(entry).toUri().toURL();
        }
        catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

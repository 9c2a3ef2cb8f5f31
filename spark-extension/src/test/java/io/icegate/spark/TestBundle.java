package io.icegate.spark;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar that a user adds, on a class path of Spark and the Iceberg runtime only. Runs after packaging.
 */
@EnabledIfSystemProperty(named = "icegate.bundle", matches = ".+", disabledReason = "needs the packaged jar: ./mvnw verify")
final class TestBundle
{
    /**
     * What Spark, the Iceberg runtime and, for S3, the AWS SDK bring. Anything else has to be in the jar.
     */
    private static final List<String> PROVIDED = List.of("java.", "javax.", "org.apache.iceberg.", "org.apache.spark.", "scala.", "org.slf4j.", "com.github.luben.zstd.", "software.amazon.awssdk.");
    private static final String S3_PACKAGE = "io/icegate/objectstore/s3/";
    private static final String AWS = "software.amazon.awssdk.";

    private final Path bundle = Path.of(requireNonNull(System.getProperty("icegate.bundle"), "icegate.bundle is not set"));

    @Test
    void testHoldsOnlyOurClasses()
            throws IOException
    {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.endsWith(".class")))
                    .contains("io/icegate/spark/IceGateSparkCatalog.class", "io/icegate/wal/OffsetVector.class", "io/icegate/catalog/ObjectStoreCatalog.class")
                    .allMatch(name -> name.startsWith("io/icegate/"));
            assertThat(jar.getEntry("META-INF/services/io.icegate.guard.CommitGuard")).isNotNull();
        }
    }

    @Test
    void testEveryReferenceIsThere()
            throws IOException
    {
        Set<String> missing = new TreeSet<>();
        int checked = 0;
        try (JarFile jar = new JarFile(bundle.toFile());
                URLClassLoader loader = new URLClassLoader(classPath().stream().map(TestBundle::url).toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            for (JarEntry entry : jar.stream().filter(TestBundle::isOurClass).toList()) {
                ClassReferences references;
                try (InputStream input = jar.getInputStream(entry)) {
                    references = ClassReferences.read(input);
                }
                for (String name : references.classes()) {
                    checked++;
                    if (!exists(name, loader) || (name.startsWith(AWS) && !entry.getName().startsWith(S3_PACKAGE))) {
                        missing.add("%s uses class %s".formatted(entry.getName(), name));
                    }
                }
                for (ClassReferences.Member member : references.members()) {
                    checked++;
                    if (!exists(member, loader)) {
                        missing.add("%s uses %s".formatted(entry.getName(), member));
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(1_000);
    }

    /**
     * The checker sees what is not there.
     */
    @Test
    void testMissingReferenceIsSeen()
    {
        ClassLoader loader = TestBundle.class.getClassLoader();
        assertThat(exists(new ClassReferences.Member("java.lang.String", "length", "()I"), loader)).isTrue();
        assertThat(exists(new ClassReferences.Member("java.lang.String", "length", "()J"), loader)).isFalse();
        assertThat(exists(new ClassReferences.Member("java.util.ArrayList", "stream", "()Ljava/util/stream/Stream;"), loader)).isTrue();
        assertThat(exists("com.fasterxml.jackson.NoSuchClass", loader)).isFalse();
    }

    @Test
    void testSparkRuns(@TempDir Path folder)
            throws Exception
    {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1000m");
        command.addAll(Arrays.stream(requireNonNull(System.getProperty("icegate.jvm-arguments"), "icegate.jvm-arguments is not set").trim().split("\\s+")).toList());
        List<Path> classPath = new ArrayList<>(classPath());
        classPath.add(Path.of("target", "test-classes"));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath.stream().map(Path::toString).toList())));
        command.addAll(List.of(BundleDemo.class.getName(), folder.resolve("warehouse").toString()));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        }
        finally {
            process.destroyForcibly();
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).describedAs(printed).isZero();
        assertThat(printed).contains(BundleDemo.DONE);
    }

    /**
     * The bundle, Spark and the Iceberg runtime: our class path without our modules.
     */
    private List<Path> classPath()
            throws IOException
    {
        List<Path> paths = new ArrayList<>();
        paths.add(bundle);
        for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(element);
            if (!Files.isDirectory(path) && !isOurs(path)) {
                paths.add(path);
            }
        }
        return paths;
    }

    private static boolean isOurs(Path path)
            throws IOException
    {
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.stream().anyMatch(entry -> entry.getName().startsWith("io/icegate/"));
        }
    }

    private static boolean isOurClass(JarEntry entry)
    {
        return entry.getName().endsWith(".class") && !entry.getName().startsWith("io/icegate/shaded/");
    }

    private static boolean exists(String className, ClassLoader loader)
    {
        if (!className.startsWith("io.icegate.") && PROVIDED.stream().noneMatch(className::startsWith)) {
            return false;
        }
        try {
            Class.forName(className, false, loader);
            return true;
        }
        catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private static boolean exists(ClassReferences.Member member, ClassLoader loader)
    {
        try {
            Class<?> owner = Class.forName(member.owner(), false, loader);
            if (owner.getName().equals("java.lang.invoke.MethodHandle") || owner.getName().equals("java.lang.invoke.VarHandle")) {
                return true;
            }
            if (!member.descriptor().startsWith("(")) {
                return allTypes(owner).flatMap(type -> Stream.of(type.getDeclaredFields()))
                        .anyMatch(field -> field.getName().equals(member.name()) && field.getType().descriptorString().equals(member.descriptor()));
            }
            if (member.name().equals("<init>")) {
                return Stream.of(owner.getDeclaredConstructors())
                        .anyMatch(constructor -> MethodType.methodType(void.class, constructor.getParameterTypes()).descriptorString().equals(member.descriptor()));
            }
            return Stream.concat(allTypes(owner), Stream.of(Object.class)).flatMap(type -> Stream.of(type.getDeclaredMethods()))
                    .anyMatch(method -> method.getName().equals(member.name())
                            && MethodType.methodType(method.getReturnType(), method.getParameterTypes()).descriptorString().equals(member.descriptor()));
        }
        catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /**
     * A class with everything it extends and implements.
     */
    private static Stream<Class<?>> allTypes(Class<?> type)
    {
        Stream<Class<?>> above = Stream.of(type.getInterfaces()).flatMap(TestBundle::allTypes);
        if (type.getSuperclass() != null) {
            above = Stream.concat(above, allTypes(type.getSuperclass()));
        }
        return Stream.concat(Stream.of(type), above);
    }

    private static URL url(Path path)
    {
        try {
            return path.toUri().toURL();
        }
        catch (IOException e) {
            throw new IllegalArgumentException("Cannot use class path element " + path, e);
        }
    }
}

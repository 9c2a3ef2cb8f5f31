package io.icegate.tests;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.List;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which module may use which: arrows point one way, and modules at the edge never see each other.
 */
final class TestModuleArrows
{
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private static final String[] RECEIVER = {"io.icegate.receiver.."};
    private static final String[] REST = {"io.icegate.rest.."};
    private static final String[] TRINO = {"io.icegate.trino.."};
    private static final String[] SPARK = {"io.icegate.spark.."};
    private static final String[] STANDALONE = {"io.icegate.standalone.."};
    private static final String[] WAL = {"io.icegate.wal..", "io.icegate.schema.."};

    private static final List<String> MODULES = List.of("catalog-objectstore", "objectstore-gcs", "objectstore-azure", "wal", "maintenance", "server", "alerting", "otlp-receiver", "catalog-rest", "trino-plugin-icegate", "spark-extension", "standalone", "benchmarks");

    private static JavaClasses classes(String... modules)
    {
        JavaClasses classes = new ClassFileImporter().importPaths(List.of(modules).stream()
                .map(module -> HOME.resolve(module).resolve("target/classes"))
                .toList());
        assertThat(classes.stream().filter(type -> type.getPackageName().startsWith("io.icegate"))).isNotEmpty();
        return classes;
    }

    private static ArchRule never(String... packages)
    {
        return noClasses().should().dependOnClassesThat().resideInAnyPackage(packages);
    }

    @Test
    void testCatalogUsesNothingOfOurs()
    {
        JavaClasses classes = classes("catalog-objectstore");
        never(WAL).check(classes);
        never(REST).check(classes);
        never(RECEIVER).check(classes);
        never(TRINO).check(classes);
        never(SPARK).check(classes);
        never(STANDALONE).check(classes);
        never("io.trino..", "org.apache.spark..").check(classes);
    }

    /**
     * The adapter of a cloud sees the port and the way to be found, so that every engine can carry it.
     */
    @Test
    void testStoresOfCloudsSeeThePortOnly()
    {
        JavaClasses classes = classes("objectstore-gcs", "objectstore-azure");
        never("io.icegate.catalog..", "io.icegate.io..", "io.icegate.guard..").check(classes);
        never(WAL).check(classes);
        never("io.trino..", "org.apache.spark..", "org.apache.iceberg..", "io.airlift..").check(classes);
    }

    @Test
    void testWalKnowsNoCatalog()
    {
        JavaClasses classes = classes("wal");
        never("io.icegate.catalog..").check(classes);
        never(REST).check(classes);
        never(RECEIVER).check(classes);
        never(TRINO).check(classes);
        never(SPARK).check(classes);
        never(STANDALONE).check(classes);
        never("io.trino..", "org.apache.spark..", "io.grpc..", "jakarta.servlet..").check(classes);
    }

    @Test
    void testMaintenanceRunsInEveryEngine()
    {
        JavaClasses classes = classes("maintenance");
        never("io.icegate.catalog..").check(classes);
        never(REST).check(classes);
        never(RECEIVER).check(classes);
        never(TRINO).check(classes);
        never(SPARK).check(classes);
        never(STANDALONE).check(classes);
        never("io.trino..", "org.apache.spark..", "io.grpc..", "jakarta.servlet..").check(classes);
    }

    @Test
    void testServersShareNothingOfTables()
    {
        JavaClasses classes = classes("server");
        never(WAL).check(classes);
        never("io.icegate.catalog..").check(classes);
        never(REST).check(classes);
        never(RECEIVER).check(classes);
        never(TRINO).check(classes);
        never(SPARK).check(classes);
        never(STANDALONE).check(classes);
    }

    /**
     * It knows rows by SQL alone, so it runs beside any Trino.
     */
    @Test
    void testAlertingSeesStoreAndSql()
    {
        JavaClasses classes = classes("alerting");
        never(WAL).check(classes);
        never("io.icegate.catalog..").check(classes);
        never(REST).check(classes);
        never(RECEIVER).check(classes);
        never(TRINO).check(classes);
        never(SPARK).check(classes);
        never(STANDALONE).check(classes);
        never("io.trino.spi..", "io.trino.plugin..", "org.apache.iceberg..").check(classes);
    }

    @Test
    void testEdgeModulesNeverSeeEachOther()
    {
        JavaClasses receiver = classes("otlp-receiver");
        never(REST).check(receiver);
        never(TRINO).check(receiver);
        never(SPARK).check(receiver);
        never(STANDALONE).check(receiver);
        JavaClasses rest = classes("catalog-rest");
        never(RECEIVER).check(rest);
        never(TRINO).check(rest);
        never(SPARK).check(rest);
        never(STANDALONE).check(rest);
        JavaClasses trino = classes("trino-plugin-icegate");
        never(REST).check(trino);
        never(RECEIVER).check(trino);
        never(SPARK).check(trino);
        never(STANDALONE).check(trino);
        JavaClasses spark = classes("spark-extension");
        never(REST).check(spark);
        never(RECEIVER).check(spark);
        never(TRINO).check(spark);
        never(STANDALONE).check(spark);
    }

    @Test
    void testNoHadoopInReceiverAndBelow()
    {
        never("org.apache.hadoop..").check(classes("catalog-objectstore", "objectstore-gcs", "objectstore-azure", "wal", "maintenance", "server", "alerting", "otlp-receiver", "catalog-rest"));
    }

    /**
     * A circle hides behind clean arrows of modules, and nothing in it can be changed or understood alone.
     */
    @Test
    void testNoCircleBetweenPackages()
    {
        for (String module : MODULES) {
            slices().matching("io.icegate.(**)").should().beFreeOfCycles().check(classes(module));
        }
    }

    @Test
    void testRulesCanFail()
    {
        // the receiver does use the WAL: a rule that forbids it must say so
        assertThatThrownBy(() -> never(WAL).check(classes("otlp-receiver")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("io.icegate.receiver");
        // packages of all modules together: the receiver uses the WAL, which uses the store
        assertThatThrownBy(() -> slices().matching("io.icegate.(*)..").should().notDependOnEachOther().check(classes("wal", "otlp-receiver")))
                .isInstanceOf(AssertionError.class);
    }
}

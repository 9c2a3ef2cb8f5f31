package io.icegate.standalone;

import io.icegate.standalone.process.AlertingProcess;
import io.icegate.standalone.process.CatalogProcess;
import io.icegate.standalone.process.Installation;
import io.icegate.standalone.process.MaintenanceProcess;
import io.icegate.standalone.process.MemoryPlan;
import io.icegate.standalone.process.Program;
import io.icegate.standalone.process.ReceiverProcess;
import io.icegate.standalone.process.StackSettings;
import io.icegate.warehouse.Warehouses;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = {
                "Runs the OTLP receiver, Trino and an Iceberg REST catalog in the foreground until Ctrl-C, and keeps the tables in order beside them.",
                "A part that ends is started again, and the others go on. What was stored is there again after the next start.",
        },
        footer = {
                "",
                "A warehouse on an S3-compatible server takes endpoint and credentials from the environment:",
                "AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.",
        })
final class StartCommand
        implements Callable<Integer>
{
    private static final Duration LOOK_FOR_RULES = Duration.ofSeconds(5);
    /**
     * Where each look costs money.
     */
    private static final Duration LOOK_FOR_RULES_PRICED = Duration.ofMinutes(1);

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private WarehouseOption warehouse = new WarehouseOption();

    @Mixin
    private ReceiverOptions receiver = new ReceiverOptions();

    @Mixin
    private TrinoOptions trino = new TrinoOptions();

    @Mixin
    private MetricsOption metricsPort = new MetricsOption();

    @Mixin
    private CatalogOptions catalog = new CatalogOptions();

    @Mixin
    private AlertingOptions alerting = new AlertingOptions();

    @Option(names = "--rules", paramLabel = "DIR", description = "Applies the rules of alerts in this folder, as 'icegate alert apply' does it. Can be repeated. Without it alerts are evaluated from the first rule on that is applied.")
    private List<Path> rules = new ArrayList<>();

    @Option(names = "--no-alerting", description = "Leaves alerts to others, as 'icegate alert serve' evaluates them.")
    private boolean noAlerting;

    @Option(names = "--no-catalog", description = "Leaves out the Iceberg REST catalog, over which other engines read and write the tables.")
    private boolean noCatalog;

    @Option(names = "--no-maintenance", description = "Leaves merging small files and expiring snapshots to others, as 'icegate maintain' does it.")
    private boolean noMaintenance;

    @Override
    public Integer call()
            throws InterruptedException, IOException
    {
        Installation installation = Installation.current();
        Path path = data.path();
        Map<String, String> configuration = receiver.configuration(path);
        MemoryPlan memory = MemoryPlan.ofMachine().with(receiver.memory(), trino.memory());
        StackSettings settings = new StackSettings(path, warehouse.uri(path), receiver.grpcPort(), receiver.httpPort(), trino.port(), configuration, memory);
        Running.ReceiverPorts ports = new Running.ReceiverPorts(settings.grpcPort(), settings.httpPort(), ReceiverProcess.certificate(configuration));
        List<PortOptions.Choice> choices = new ArrayList<>(receiver.ports());
        choices.add(trino.choice());
        metricsPort.choice().ifPresent(choices::add);
        if (!noCatalog) {
            catalog.choice().ifPresent(choices::add);
        }
        boolean hasRules = !noAlerting && hasRules(settings.warehouse());
        if (hasRules) {
            choices.add(alerting.choice());
        }
        PortOptions.check(choices);
        try (DataFolder folder = DataFolder.hold(path)) {
            System.out.println("Starting IceGate on %s, with %s of memory for Trino and %s for the receiver ...".formatted(settings.warehouse(), memory.trino(), memory.receiver()));
            Running running = new Running(
                    ProcessHandle.current().pid(),
                    settings.warehouse(),
                    Optional.of(ports),
                    OptionalInt.of(settings.trinoPort()));
            Optional<SecureFiles> files = receiver.secureFiles(path);
            files.ifPresent(made -> made.create(new SecureRandom()));
            List<Program> programs = new ArrayList<>(settings.programs(installation));
            if (!noMaintenance) {
                programs.add(MaintenanceProcess.program(installation, path, settings.warehouse(), metricsPort.port(), settings.trinoPort(), telemetry(System.getenv(), ports, configuration, files)));
            }
            OptionalInt catalogPort = noCatalog ? OptionalInt.empty() : catalog.port();
            catalogPort.ifPresent(port -> {
                Map<String, String> keys = CatalogProcess.configuration(settings.warehouse(), port, catalog.configuration(configuration));
                programs.add(CatalogProcess.program(installation, path, port, keys));
            });
            Program evaluator = evaluator(installation, settings, ports, configuration, files);
            Optional<Foreground.Later> later = Optional.empty();
            if (hasRules) {
                programs.add(evaluator);
            }
            else if (!noAlerting) {
                Duration interval = Warehouses.isPriced(settings.warehouse()) ? LOOK_FOR_RULES_PRICED : LOOK_FOR_RULES;
                later = Optional.of(new Foreground.Later(evaluator, () -> isAnyRule(settings.warehouse()), interval));
            }
            Optional<String> address = catalogPort.stream().mapToObj(port -> address(ports, port)).findFirst();
            String further = address.map("  Iceberg     REST catalog %s%n"::formatted).orElse("") + alertingLine(ports, hasRules);
            return Foreground.run(folder, programs, later, address.map(running::withCatalog).orElse(running), greeting(settings, ports, data.argument(), further) + files.map(made -> made.greeting(ports)).orElse(""));
        }
    }

    /**
     * Applies the rules that were named, and tells whether there are any.
     */
    private boolean hasRules(String uri)
            throws InterruptedException
    {
        if (!rules.isEmpty()) {
            AlertApplyCommand.applyOffline(new AlertRules(), uri, rules);
        }
        return isAnyRule(uri);
    }

    private static boolean isAnyRule(String uri)
    {
        try {
            return AlertStore.use(uri, "look for", (ruleStore, _) -> ruleStore.isUsed());
        }
        catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Program evaluator(Installation installation, StackSettings settings, Running.ReceiverPorts ports, Map<String, String> configuration, Optional<SecureFiles> files)
    {
        Map<String, String> further = new HashMap<>(alerting.configuration(configuration));
        further.putIfAbsent("icegate.alerting.events.endpoint", ports.httpAddress());
        ports.certificate().ifPresent(certificate -> further.putIfAbsent("icegate.alerting.events.certificate-file", certificate.toString()));
        files.ifPresent(made -> further.putIfAbsent("icegate.alerting.events.key-file", made.key().toString()));
        String trinoAddress = "http://localhost:%s".formatted(settings.trinoPort());
        int port = alerting.choice().port();
        return AlertingProcess.program(installation, settings.data(), port, AlertingProcess.configuration(settings.warehouse(), port, trinoAddress, further));
    }

    /**
     * Maintenance tells of itself where the receiver does, when it does. Who says another place in the environment means that.
     */
    static Map<String, String> telemetry(Map<String, String> environment, Running.ReceiverPorts ports, Map<String, String> configuration, Optional<SecureFiles> files)
    {
        if (environment.containsKey(TelemetryTarget.ENDPOINT) || !Boolean.parseBoolean(configuration.get("icegate.telemetry.self.enabled"))) {
            return Map.of();
        }
        List<String> headers = new ArrayList<>();
        headers.add("%s=%s".formatted(configuration.getOrDefault("icegate.tenant.header", "X-Scope-OrgID"), configuration.getOrDefault("icegate.telemetry.self.tenant", "icegate")));
        files.ifPresent(made -> headers.add("x-api-key=" + made.readKey()));
        Map<String, String> further = new HashMap<>(Map.of(
                TelemetryTarget.ENDPOINT, ports.httpAddress(),
                TelemetryTarget.HEADERS, String.join(",", headers)));
        ports.certificate().ifPresent(certificate -> further.put(TelemetryTarget.CERTIFICATE, certificate.toString()));
        return further;
    }

    private static String greeting(StackSettings settings, Running.ReceiverPorts ports, String dataArgument, String further)
    {
        return """
               IceGate is ready.
                 OTLP/gRPC   localhost:%s
                 OTLP/HTTP   %s
                 SQL         ./icegate sql%s "SELECT count(*) FROM logs", JDBC jdbc:trino://localhost:%s/icegate/otel
               %s  status      ./icegate status%s
                 logs        %s
               Ctrl-C stops it."""
                .formatted(ports.grpc(), ports.httpAddress(), dataArgument, settings.trinoPort(), further, dataArgument, settings.data().resolve("log"));
    }

    /**
     * Where rules of alerts are asked for and changed.
     *
     * @param runs whether the evaluator starts with the others
     */
    private String alertingLine(Running.ReceiverPorts ports, boolean runs)
    {
        return noAlerting ? "" : "  Alerts      API %s/v1/alerting/groups%s%n".formatted(address(ports, alerting.choice().port()), runs ? "" : ", from the first rule on");
    }

    private static String address(Running.ReceiverPorts ports, int port)
    {
        return "%s://localhost:%s".formatted(ports.certificate().isPresent() ? "https" : "http", port);
    }
}

package io.icegate.standalone.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

/**
 * What the environment says of a warehouse's store, in the words of Trino. Its file systems for Google's and Azure's stores do not look
 * there themselves, as all other processes do.
 *
 * @param lines to add to the catalog's file; of what is named twice, Trino takes the last
 * @param variables that the lines refer to, so that no secret is written
 */
record TrinoCatalogs(List<String> lines, Map<String, String> variables)
{
    private static final String CATALOG_FILE = "icegate.properties";
    private static final String GOOGLE_EMULATOR = "STORAGE_EMULATOR_HOST";
    private static final String AZURE_KEY = "AZURE_STORAGE_KEY";
    private static final String AZURE_CONNECTION = "AZURE_STORAGE_CONNECTION_STRING";
    private static final Pattern AZURE_ACCOUNT = Pattern.compile("(?:^|;)AccountName=([^;]+)");
    private static final Pattern AZURE_ACCOUNT_KEY = Pattern.compile("(?:^|;)AccountKey=([^;]+)");
    private static final Pattern AZURE_HOST = Pattern.compile("abfss://[^/@]+@([^/.]+)\\.dfs\\.([^/]+).*");

    TrinoCatalogs
    {
        lines = List.copyOf(lines);
        variables = Map.copyOf(variables);
    }

    static TrinoCatalogs of(String warehouse, Map<String, String> environment)
    {
        if (warehouse.startsWith("gs:")) {
            return new TrinoCatalogs(given(environment, GOOGLE_EMULATOR).map(host -> "gcs.endpoint=" + (host.contains("://") ? host : "http://" + host)).stream().toList(), Map.of());
        }
        Matcher azure = AZURE_HOST.matcher(warehouse);
        if (azure.matches()) {
            List<String> lines = new ArrayList<>();
            lines.add("azure.endpoint=" + azure.group(2));
            Optional<String> key = given(environment, AZURE_CONNECTION)
                    // as all other processes do, which read it for their own account only
                    .filter(connection -> find(AZURE_ACCOUNT, connection).map(azure.group(1)::equals).orElse(true))
                    .flatMap(connection -> find(AZURE_ACCOUNT_KEY, connection))
                    .or(() -> given(environment, AZURE_KEY));
            if (key.isPresent()) {
                lines.add("azure.auth-type=ACCESS_KEY");
                lines.add("azure.access-key=${ENV:%s}".formatted(AZURE_KEY));
            }
            return new TrinoCatalogs(lines, key.map(value -> Map.of(AZURE_KEY, value)).orElse(Map.of()));
        }
        return new TrinoCatalogs(List.of(), Map.of());
    }

    private static Optional<String> find(Pattern pattern, String text)
    {
        return Optional.of(pattern.matcher(text)).filter(Matcher::find).map(found -> found.group(1));
    }

    private static Optional<String> given(Map<String, String> environment, String variable)
    {
        return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty());
    }

    /**
     * The folder of catalogs that Trino reads: the given one, or, where there is something to add, a copy of it.
     */
    Path prepare(Path given, Path copy)
            throws IOException
    {
        requireNonNull(given, "given is null");
        if (lines.isEmpty()) {
            return given;
        }
        Files.createDirectories(copy);
        try (var files = Files.list(given)) {
            for (Path file : files.toList()) {
                List<String> content = new ArrayList<>(Files.readAllLines(file, UTF_8));
                if (file.endsWith(CATALOG_FILE)) {
                    content.addAll(lines);
                }
                Files.write(copy.resolve(file.getFileName()), content, UTF_8);
            }
        }
        return copy;
    }
}

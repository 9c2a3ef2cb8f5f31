package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The option that names the warehouse, in the one spelling that all processes of a warehouse share.
 */
final class WarehouseOption
{
    private static final Pattern CLOUD = Pattern.compile("(?:(?:s3|gs)://[^/]|abfss://[^/@]+@[^/]).*");

    @Option(names = "--warehouse", paramLabel = "URI", description = "Root of the warehouse, s3://bucket/prefix, gs://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix or a folder (default: the folder warehouse in the data folder).")
    private Optional<String> warehouse = Optional.empty();

    String uri(Path data)
    {
        return uri(warehouse.orElse(data.resolve("warehouse").toString()));
    }

    static String uri(String given)
    {
        String uri = given;
        while (uri.endsWith("/")) {
            uri = uri.substring(0, uri.length() - 1);
        }
        if (CLOUD.matcher(uri).matches()) {
            return uri;
        }
        if (uri.startsWith("file:/")) {
            return "file:" + Path.of("/" + uri.substring("file:".length()).replaceFirst("^/+", "")).normalize();
        }
        if (uri.contains(":") || uri.isEmpty()) {
            throw new CommandException("Cannot use the warehouse %s: it must be s3://bucket/prefix, gs://bucket/prefix, abfss://container@account.dfs.core.windows.net/prefix or a folder".formatted(given));
        }
        return "file:" + Path.of(uri).toAbsolutePath().normalize();
    }
}

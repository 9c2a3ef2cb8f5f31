package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The option that names the warehouse, in the one spelling that all processes of a warehouse share.
 */
final class WarehouseOption
{
    @Option(names = "--warehouse", paramLabel = "URI", description = "Root of the warehouse, s3://bucket/prefix or a folder (default: the folder warehouse in the data folder).")
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
        if (uri.startsWith("s3://") && uri.length() > "s3://".length()) {
            return uri;
        }
        if (uri.startsWith("file:/")) {
            return "file:" + Path.of("/" + uri.substring("file:".length()).replaceFirst("^/+", "")).normalize();
        }
        if (uri.contains(":") || uri.isEmpty()) {
            throw new CommandException("Cannot use the warehouse %s: it must be s3://bucket/prefix or a folder".formatted(given));
        }
        return "file:" + Path.of(uri).toAbsolutePath().normalize();
    }
}

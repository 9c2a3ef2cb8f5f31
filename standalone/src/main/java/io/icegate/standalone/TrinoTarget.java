package io.icegate.standalone;

import io.icegate.standalone.console.CommandException;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The Trino that maintenance asks to do what it cannot do itself.
 */
final class TrinoTarget
{
    private static final String EXPECTED = "http://host:port or https://host:port is expected";

    @Option(names = "--trino",
            paramLabel = "URL",
            description = "Trino, http://host:port or https://host:port, which merges the files that cannot be merged here (default: nobody does).")
    private Optional<String> url = Optional.empty();

    @Option(names = "--trino-catalog", paramLabel = "NAME", description = "The warehouse's catalog in Trino (default: ${DEFAULT-VALUE}).", defaultValue = "icegate")
    private String catalog = "icegate";

    @Option(names = "--trino-user", paramLabel = "NAME", description = "User of Trino (default: the user of this process).")
    private Optional<String> user = Optional.empty();

    @Option(names = "--trino-password-file", paramLabel = "FILE", description = "File with the password of the user, for https.")
    private Optional<Path> passwordFile = Optional.empty();

    @Option(names = "--trino-token-file", paramLabel = "FILE", description = "File with a token (JWT) for Trino instead, for https.")
    private Optional<Path> tokenFile = Optional.empty();

    boolean isNamed()
    {
        return url.isPresent();
    }

    /**
     * Makes no connection yet.
     *
     * @return empty when no Trino was named
     * @throws CommandException when the options do not fit together
     */
    Optional<TrinoRewrite> rewrite()
    {
        if (url.isEmpty()) {
            if (user.isPresent() || passwordFile.isPresent() || tokenFile.isPresent()) {
                throw new CommandException("Cannot use --trino-user, --trino-password-file or --trino-token-file without --trino");
            }
            return Optional.empty();
        }
        if (passwordFile.isPresent() && tokenFile.isPresent()) {
            throw new CommandException("Cannot use both --trino-password-file and --trino-token-file");
        }
        URI server = server(url.orElseThrow());
        boolean secure = server.getScheme().equals("https");
        if (!secure && (passwordFile.isPresent() || tokenFile.isPresent())) {
            throw new CommandException("Cannot send a secret to %s: use https".formatted(server));
        }
        properties(secure); // so that a file that is missing is told at once
        return Optional.of(new TrinoRewrite(server.toString(), catalog, () -> connect(server, secure)));
    }

    private static URI server(String url)
    {
        URI server;
        try {
            server = new URI(url);
        }
        catch (URISyntaxException e) {
            throw new CommandException("Cannot use --trino %s: %s".formatted(url, EXPECTED), e);
        }
        boolean isServer = server.getScheme() != null && (server.getScheme().equals("http") || server.getScheme().equals("https")) && server.getHost() != null && server.getPort() > 0;
        if (!isServer || server.getUserInfo() != null || server.getQuery() != null || server.getFragment() != null || !server.getPath().replace("/", "").isEmpty()) {
            throw new CommandException("Cannot use --trino %s: %s".formatted(url, EXPECTED));
        }
        return server;
    }

    private Connection connect(URI server, boolean secure)
            throws SQLException
    {
        return DriverManager.getConnection("jdbc:trino://%s:%s".formatted(server.getHost(), server.getPort()), properties(secure));
    }

    /**
     * Secrets are read again for each connection, because they change.
     */
    private Properties properties(boolean secure)
    {
        Properties properties = new Properties();
        properties.setProperty("user", user.orElseGet(() -> System.getProperty("user.name", "icegate")));
        properties.setProperty("source", "icegate-maintenance");
        properties.setProperty("SSL", Boolean.toString(secure));
        properties.setProperty("sessionProperties", TrinoRewrite.SESSION);
        passwordFile.ifPresent(file -> properties.setProperty("password", secret("--trino-password-file", file)));
        tokenFile.ifPresent(file -> properties.setProperty("accessToken", secret("--trino-token-file", file)));
        return properties;
    }

    private static String secret(String option, Path file)
    {
        try {
            return Files.readString(file, UTF_8).strip();
        }
        catch (IOException e) {
            throw new CommandException("Cannot read %s of %s: %s".formatted(file, option, e), e);
        }
    }
}

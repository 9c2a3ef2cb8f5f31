package io.icegate.alerting.server;

import io.icegate.alerting.evaluate.TrinoQueryEngine;

import java.io.IOException;
import java.io.UncheckedIOException;
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
 * Connects to the Trino that evaluates. Secrets are read again for each connection, because they change.
 */
public final class TrinoConnections
        implements TrinoQueryEngine.Connector
{
    /**
     * By which resource groups of Trino can tell our statements.
     */
    public static final String SOURCE = "icegate-alerting";

    private final URI server;
    private final String user;
    private final Optional<Path> passwordFile;
    private final Optional<Path> tokenFile;

    /**
     * @throws IllegalArgumentException that says what to change
     */
    public TrinoConnections(String url, String user, Optional<Path> passwordFile, Optional<Path> tokenFile)
    {
        this.server = server(url);
        this.user = user;
        this.passwordFile = passwordFile;
        this.tokenFile = tokenFile;
        boolean secret = passwordFile.isPresent() || tokenFile.isPresent();
        if (passwordFile.isPresent() && tokenFile.isPresent()) {
            throw new IllegalArgumentException("Cannot use both a password and a token for Trino");
        }
        if (secret && !isSecure()) {
            throw new IllegalArgumentException("Cannot send a secret to %s: use https".formatted(url));
        }
    }

    private static URI server(String url)
    {
        try {
            URI server = new URI(url);
            boolean isServer = ("http".equals(server.getScheme()) || "https".equals(server.getScheme())) && server.getHost() != null && server.getPort() > 0;
            if (isServer && server.getUserInfo() == null && server.getQuery() == null && server.getPath().replace("/", "").isEmpty()) {
                return server;
            }
        }
        catch (URISyntaxException _) {
            // told below
        }
        throw new IllegalArgumentException("Cannot use Trino %s: http://host:port or https://host:port is expected".formatted(url));
    }

    private boolean isSecure()
    {
        return server.getScheme().equals("https");
    }

    @Override
    public Connection connect(String sessionProperties)
            throws SQLException
    {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("source", SOURCE);
        properties.setProperty("SSL", Boolean.toString(isSecure()));
        properties.setProperty("timezone", "UTC");
        properties.setProperty("sessionProperties", sessionProperties);
        passwordFile.ifPresent(file -> properties.setProperty("password", secret(file)));
        tokenFile.ifPresent(file -> properties.setProperty("accessToken", secret(file)));
        return DriverManager.getConnection("jdbc:trino://%s:%s".formatted(server.getHost(), server.getPort()), properties);
    }

    private static String secret(Path file)
    {
        try {
            return Files.readString(file, UTF_8).strip();
        }
        catch (IOException e) {
            throw new UncheckedIOException("Cannot read %s".formatted(file), e);
        }
    }
}

package io.icegate.standalone.move;

import io.icegate.standalone.console.CommandException;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.util.Objects.requireNonNull;

/**
 * Finds the driver of a database.
 */
public final class JdbcDrivers
{
    private static final Pattern SCHEME = Pattern.compile("jdbc:[a-z0-9]+", Pattern.CASE_INSENSITIVE);

    private JdbcDrivers() {}

    /**
     * Makes the drivers of a jar known to this process until it ends.
     *
     * @throws CommandException when there is none
     */
    public static void add(Path jar)
    {
        if (!Files.isRegularFile(jar)) {
            throw new CommandException("Cannot use the driver %s: there is no such file".formatted(jar));
        }
        List<Driver> drivers;
        try {
            // stays open: a driver loads classes for as long as it is used
            URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, JdbcDrivers.class.getClassLoader());
            drivers = ServiceLoader.load(Driver.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();
            for (Driver driver : drivers) {
                DriverManager.registerDriver(new AddedDriver(driver));
            }
        }
        catch (MalformedURLException | SQLException | ServiceConfigurationError e) {
            throw new CommandException("Cannot use the driver %s: %s".formatted(jar, e.getMessage()), e);
        }
    }

    /**
     * @throws CommandException when no driver takes the address
     */
    static void require(String uri)
    {
        try {
            DriverManager.getDriver(uri);
        }
        catch (SQLException e) {
            // not all of it: it may hold a password
            Matcher scheme = SCHEME.matcher(uri);
            throw new CommandException("Cannot open the other catalog: there is no JDBC driver for %s. Those of PostgreSQL and SQLite are here; another one is added by --driver-jar FILE"
                    .formatted(scheme.lookingAt() ? scheme.group() + ":…" : "its uri, which must begin with jdbc:"), e);
        }
    }

    /**
     * Iceberg finds only drivers whose class the application itself could load.
     */
    private static final class AddedDriver
            implements Driver
    {
        private final Driver driver;

        private AddedDriver(Driver driver)
        {
            this.driver = requireNonNull(driver, "driver is null");
        }

        @Override
        public Connection connect(String url, Properties info)
                throws SQLException
        {
            return driver.connect(url, info);
        }

        @Override
        public boolean acceptsURL(String url)
                throws SQLException
        {
            return driver.acceptsURL(url);
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties info)
                throws SQLException
        {
            return driver.getPropertyInfo(url, info);
        }

        @Override
        public int getMajorVersion()
        {
            return driver.getMajorVersion();
        }

        @Override
        public int getMinorVersion()
        {
            return driver.getMinorVersion();
        }

        @Override
        public boolean jdbcCompliant()
        {
            return driver.jdbcCompliant();
        }

        @Override
        public Logger getParentLogger()
        {
            return Logger.getLogger(AddedDriver.class.getName());
        }
    }
}

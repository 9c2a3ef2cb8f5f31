package io.icegate.io;

import io.icegate.objectstore.s3.StrictS3Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

final class TestObjectStoreFileIOS3
        extends AbstractTestObjectStoreFileIO
{
    private final StrictS3Server server = StrictS3Server.start();

    @Override
    protected String warehouse()
    {
        return "s3://lake/wh";
    }

    @Override
    protected Map<String, String> properties()
    {
        return server.properties();
    }

    @AfterEach
    void stopServer()
    {
        io().close();
        server.close();
    }

    @Test
    void testOtherPlaces()
            throws IOException
    {
        write("s3://lake/beside/a", new byte[] {1});
        write("s3://other/a", new byte[] {2});
        assertThat(server.keys("lake")).containsExactly("beside/a");
        assertThat(server.keys("other")).containsExactly("a");
        assertThat(read(io().newInputFile("s3://other/a"))).containsExactly(2);
        write(location("x"), new byte[] {3});
        assertThat(list("s3://lake/wh")).containsExactly("s3://lake/wh/x");
    }
}

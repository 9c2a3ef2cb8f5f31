package io.icegate.receiver;

import com.google.inject.Injector;
import io.airlift.bootstrap.Bootstrap;
import io.airlift.http.server.HttpServerModule;
import io.airlift.node.NodeModule;

import static io.airlift.configuration.ConfigBinder.configBinder;

public final class ReceiverMain
{
    private ReceiverMain() {}

    static void main()
    {
        Injector injector = new Bootstrap(
                new NodeModule(),
                new HttpServerModule(),
                binder -> configBinder(binder).bindConfig(ReceiverConfig.class))
                .initialize();
        injector.getInstance(ReceiverConfig.class);
    }
}

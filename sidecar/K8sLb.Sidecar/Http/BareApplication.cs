using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// What Kestrel runs for each request: one function, with neither middleware nor a service scope nor an activity. The context
/// object is kept with the connection and used again.
/// </summary>
internal sealed class BareApplication(RequestDelegate serve) : IHttpApplication<DefaultHttpContext>
{
    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
        {
            return new(contextFeatures);
        }
        if (container.HostContext is { } kept)
        {
            kept.Initialize(contextFeatures);
            return kept;
        }
        return container.HostContext = new(contextFeatures);
    }

    public Task ProcessRequestAsync(DefaultHttpContext context) => serve(context);

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();
}

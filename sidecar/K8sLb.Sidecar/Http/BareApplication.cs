using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace K8sLb.Sidecar.Http;

/// <summary>
/// What Kestrel runs for each request: one function, with neither middleware nor a service scope nor an activity. The context
/// object is kept with the connection and used again.
/// </summary>
/// <param name="ended">Called when the answer has been handed to the transport whole.</param>
internal sealed class BareApplication(RequestDelegate serve, Action<HttpContext>? ended = null)
    : IHttpApplication<DefaultHttpContext>
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

    public void DisposeContext(DefaultHttpContext context, Exception? exception)
    {
        ended?.Invoke(context);
        context.Uninitialize();
    }
}

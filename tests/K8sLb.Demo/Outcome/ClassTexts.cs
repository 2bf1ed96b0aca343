using K8sLb.Load;

namespace K8sLb.Demo;

internal static class ClassTexts
{
    public static string Of(LoadClass loadClass) =>
        loadClass switch
        {
            LoadClass.KeepAlive => "HTTP/1.1 keep-alive",
            LoadClass.NewConnection => "a connection each",
            LoadClass.Slow => "slow responses",
            LoadClass.Http2 => "HTTP/2",
            LoadClass.Grpc => "gRPC",
            LoadClass.WebSocket => "WebSocket",
            _ => loadClass.ToString(),
        };
}

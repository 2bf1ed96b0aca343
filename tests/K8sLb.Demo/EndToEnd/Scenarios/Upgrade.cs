namespace K8sLb.Demo;

/// <summary>All operators are replaced, and then the pods, which get the sidecar that the new ones inject.</summary>
internal static class Upgrade
{
    public static async Task FollowAsync(Stage stage, CancellationToken cancellation)
    {
        var pods = stage.PodNames();
        await stage.Guide.FollowAsync("Upgrade", cancellation);
        await stage.UntilGoneAsync(cancellation);
        if (stage.PodNames().Overlaps(pods))
        {
            throw new DemoException("pods of the application were not replaced");
        }
    }
}

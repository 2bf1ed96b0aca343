namespace K8sLb.Demo;

/// <summary>Nobody tells the sidecars anything any more; they pass on what comes, as before.</summary>
internal static class Uninstall
{
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(10);

    public static async Task LeavePodsAsync(Stage stage, CancellationToken cancellation)
    {
        var pods = stage.PodNames();
        await stage.Guide.FollowAsync("Uninstall", cancellation);
        await stage.Load.RunningForAsync(Alone, cancellation);
        if (!stage.PodNames().SetEquals(pods))
        {
            throw new DemoException("pods of the application were replaced");
        }
    }
}

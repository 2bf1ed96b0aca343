using K8sLb.Protocol;

namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>A member whose sidecar is a process of its own, with an application in this one behind it.</summary>
internal sealed record ProcessMember(TestApp App, SidecarProcess Process) : IAsyncDisposable
{
    /// <param name="environment">Of the sidecar, beside what it needs anyway.</param>
    public static async Task<ProcessMember> StartAsync(
        PortMode mode = PortMode.Relay,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        const string Uid = "uid-p";
        var address = LoopbackAddress.Next();
        var app = await TestApp.StartAsync(address, "p");
        var pool = TestSnapshots.For(Uid, 1, [TestSnapshots.Member(Uid)], TestSnapshots.Policy(mode));
        return new(app, await SidecarProcess.StartBeforeAsync(app, address, pool, environment));
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await App.DisposeAsync();
    }
}

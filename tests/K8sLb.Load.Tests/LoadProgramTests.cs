using System.Diagnostics;
using System.Text.Json;

namespace K8sLb.Load.Tests;

public sealed class LoadProgramTests
{
    [Fact]
    public async Task The_program_tells_of_its_progress_and_reports_when_its_input_ends()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        using var program = Start();
        await program.StandardInput.WriteLineAsync(Order(app, LoadPlan.SteadyMix(600)));
        await program.StandardInput.FlushAsync();

        var output = await NextAsync(program);
        while (output.Progress is not { Requests: > 20 })
        {
            output = await NextAsync(program);
        }
        program.StandardInput.Close();
        while (output.Report is null)
        {
            output = await NextAsync(program);
        }

        output.Report.Failed.ShouldBe(0);
        output.Report.Requests.ShouldBeGreaterThan(20);
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_program_ends_by_itself_when_its_plan_is_done()
    {
        await using var app = await SampleProcess.StartAsync("pod-1");
        using var program = Start();
        await program.StandardInput.WriteLineAsync(Order(app, LoadOn.NewConnections(5)));
        await program.StandardInput.FlushAsync();

        var output = await NextAsync(program);
        while (output.Report is null)
        {
            output = await NextAsync(program);
        }

        output.Report.Requests.ShouldBe(5);
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task An_order_that_cannot_be_run_is_refused_with_its_reason()
    {
        using var program = Start();
        await program.StandardInput.WriteLineAsync("""{"http1": "127.0.0.1:1", "http2": "127.0.0.1:2", "host": "x"}""");
        program.StandardInput.Close();

        (await program.StandardError.ReadToEndAsync()).ShouldContain("plan");
        await program.WaitForExitAsync();
        program.ExitCode.ShouldBe(2);
    }

    private static Process Start() =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "K8sLb.Load.dll")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    private static string Order(SampleProcess app, LoadPlan plan) =>
        JsonSerializer.Serialize(
            new LoadOrder(app.Target.Http1().ToString()!, app.Target.Http2().ToString()!, "shop", plan),
            LoadJson.Default.LoadOrder
        );

    private static async Task<LoadOutput> NextAsync(Process program) =>
        JsonSerializer
            .Deserialize((await program.StandardOutput.ReadLineAsync()).ShouldNotBeNull(), LoadJson.Default.LoadOutput)
            .ShouldNotBeNull();
}

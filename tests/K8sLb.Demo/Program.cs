using K8sLb.Demo;

return args switch
{
    ["endurance", .. var rest] => await Command.RunAsync(
        () => EnduranceOptions.Parse(rest),
        _ => new PlainView(Console.Out),
        EnduranceProgram.RunAsync
    ),
    ["e2e", .. var rest] => await Command.RunAsync(
        () => EndToEndOptions.Parse(rest, Environment.GetEnvironmentVariable),
        _ => new PlainView(Console.Out),
        EndToEndProgram.RunAsync
    ),
    _ => await Command.RunAsync(
        () => DemoOptions.Parse(args, Environment.GetEnvironmentVariable),
        DemoViews.For,
        DemoProgram.RunAsync
    ),
};

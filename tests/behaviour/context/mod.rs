mod cancel;
mod current;
mod deadline;
mod hooks;
mod run;
mod tree;
mod values;
